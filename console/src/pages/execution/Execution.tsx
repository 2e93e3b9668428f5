import { nameOf } from "../../api/aws";
import { Page } from "../../parts/Page";

export default function Execution({ arn }: { arn: string; tab: string | undefined; event: string | undefined }) {
  return <Page title={nameOf(arn)}>{null}</Page>;
}
