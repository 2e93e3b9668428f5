"""The colours of a drawing, light and dark, and the signs of the types of states."""

from typing import Literal

Theme = Literal["auto", "light", "dark"]
"""auto: as the viewer prefers."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

LIGHT = {
    "page": "#f7f8fa",
    "card": "#ffffff",
    "border": "#d5dae2",
    "group": "#eef1f5",
    "frame": "#ffffff",
    "text": "#1b2330",
    "muted": "#647084",
    "line": "#7c8798",
    "catch": "#c2410c",
    "chip": "#ffffff",
    "choice": "#8a5a00",
    "shadow": "#1b233014",
}

DARK = {
    "page": "#12161d",
    "card": "#1e252f",
    "border": "#384252",
    "group": "#181e27",
    "frame": "#12161d",
    "text": "#e8ecf2",
    "muted": "#98a4b6",
    "line": "#77849a",
    "catch": "#fb923c",
    "chip": "#1a2029",
    "choice": "#f0c060",
    "shadow": "#00000040",
}

TYPES = {
    "Task": "#2f6fde",
    "Choice": "#c78a12",
    "Wait": "#7c5cd6",
    "Pass": "#64748b",
    "Parallel": "#0d8f8a",
    "Map": "#c2417f",
    "Succeed": "#2b9348",
    "Fail": "#d13438",
}
"""The ground of a type's sign, readable on light and dark alike."""
OTHER = "#8b95a5"

SIGNS = {
    "Task": "M9 2 L4 9 H8 L7 14 L12 7 H8 Z",
    "Choice": "M8 2.5 L13.5 8 L8 13.5 L2.5 8 Z",
    "Wait": "M8 2.5 A5.5 5.5 0 1 1 8 13.5 A5.5 5.5 0 1 1 8 2.5 M8 5 V8 L10.2 9.6",
    "Pass": "M2.5 8 H13 M9 4 L13 8 L9 12",
    "Parallel": "M8 2 V5 M4 14 V8 Q4 5 8 5 Q12 5 12 8 V14 M8 5 V14",
    "Map": "M8 2.5 L14 5.5 L8 8.5 L2 5.5 Z M2 8.5 L8 11.5 L14 8.5 M2 11 L8 14 L14 11",
    "Succeed": "M3 8.5 L6.5 12 L13 4.5",
    "Fail": "M4 4 L12 12 M12 4 L4 12",
}
"""Paths in a square of 16, drawn as lines."""
NO_SIGN = "M6 6 Q6 4 8 4 Q10.2 4 10.2 6 Q10.2 7.2 8 8.5 V9.6 M8 12 V12.3"
RETRY_SIGN = "M11.5 5 A4.5 4.5 0 1 0 12.5 8.5 M12.3 2.3 V5.4 H9.2"
