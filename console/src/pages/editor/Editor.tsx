import { nameOf } from "../../api/aws";
import { Page } from "../../parts/Page";

export default function Editor({ arn }: { arn?: string }) {
  return <Page title={arn === undefined ? "New state machine" : `Edit ${nameOf(arn)}`}>{null}</Page>;
}
