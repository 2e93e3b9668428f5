import { Page } from "../parts/Page";

export default function Dashboard() {
  return <Page title="Overview">{null}</Page>;
}
