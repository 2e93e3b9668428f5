/** Creates and edits definitions: the text, what is wrong with it, and its graph, side by side. */
import { nameOf, regionOf } from "../../api/aws";
import { useCall, useHomeRegion } from "../../api/use";
import { Page } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { Desk } from "./Desk";
import type { Draft } from "./draft";
import { SAMPLES, textOf } from "./samples";

const NEW: Draft = { name: "", type: "STANDARD", roleArn: "", definition: SAMPLES[0] ? textOf(SAMPLES[0]) : "" };

export default function Editor({ arn }: { arn?: string }) {
  return arn === undefined ? <Create /> : <Edit arn={arn} />;
}

function Create() {
  return <Desk arn={null} region={useHomeRegion()} saved={NEW} />;
}

function Edit({ arn }: { arn: string }) {
  const machine = useCall("DescribeStateMachine", { stateMachineArn: arn }, regionOf(arn));
  if (machine.data === undefined) {
    return (
      <Page title={`Edit ${nameOf(arn)}`} crumbs={[{ name: "State machines", href: "/machines" }]}>
        <Problem problem={machine.error} />
      </Page>
    );
  }
  const { name, type, roleArn, definition } = machine.data;
  return <Desk arn={arn} region={regionOf(arn)} saved={{ name, type, roleArn, definition }} />;
}
