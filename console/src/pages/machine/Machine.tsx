import { nameOf } from "../../api/aws";
import { Page } from "../../parts/Page";

export default function Machine({ arn }: { arn: string; tab: string | undefined }) {
  return <Page title={nameOf(arn)}>{null}</Page>;
}
