/** Small line drawings, 20 by 20, in the colour of the text beside them; they say nothing to a screen reader. */
const PATHS = {
  overview: "M3 11h4v6H3zM8.5 3h4v14h-4zM14 8h4v9h-4z",
  executions: "M4 5h12M4 10h12M4 15h7",
  machines: "M7 3h6v4H7zM3 13h5v4H3zM12 13h5v4h-5zM10 7v3M5.5 13v-3h9v3",
  waiting: "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M10 6.5V10l2.5 2",
  search: "M9 4a5 5 0 1 0 0 10a5 5 0 1 0 0-10M13 13l4 4",
  plus: "M10 4v12M4 10h12",
  play: "M6 4l10 6-10 6z",
  stop: "M5 5h10v10H5z",
  redrive: "M4 10a6 6 0 1 0 2-4.5M4 3v4h4",
  copy: "M7 7h9v10H7zM4 13V3h9",
  check: "M4 10.5l4 4 8-9",
  close: "M5 5l10 10M15 5L5 15",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  left: "M12 4l-6 6 6 6",
  right: "M8 4l6 6-6 6",
  down: "M4 8l6 6 6-6",
  edit: "M4 16l1-4 8-8 3 3-8 8z",
  fit: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  warning: "M10 3l8 14H2zM10 8v4M10 14.5v.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
