import { Page } from "../parts/Page";

export default function Waiting() {
  return <Page title="Waiting tasks">{null}</Page>;
}
