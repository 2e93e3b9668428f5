/** All state machines, each with what it started, what failed and how long it takes. */
import { useMemo } from "react";
import { Link, useLocation } from "wouter";
import { useSession } from "../api/session";
import { useChanges, useOverview } from "../api/use";
import { ORDERS, wantedMachines } from "../model/machines";
import { Choice } from "../parts/Choice";
import { Empty } from "../parts/Empty";
import { Icon } from "../parts/Icon";
import { Live } from "../parts/Live";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";
import { SpanChoice, useSpan } from "../parts/SpanChoice";
import { SearchField } from "../parts/SearchField";
import { useChoice, useText } from "../parts/useInAddress";
import { useSlash } from "../parts/useSlash";
import { MachinesTable } from "./machines/MachinesTable";
import styles from "./machines/Machines.module.css";

const TYPES = ["ANY", "STANDARD", "EXPRESS"] as const;
const TYPE_NAMES = [
  { value: "ANY", name: "All" },
  { value: "STANDARD", name: "Standard" },
  { value: "EXPRESS", name: "Express" },
] as const;

export default function Machines() {
  const connected = useChanges();
  const { data, error } = useOverview();
  const { region } = useSession();
  const [name, setName] = useText("name");
  const [type, setType] = useChoice("type", TYPES);
  const [order, setOrder] = useChoice("order", ORDERS);
  const [span] = useSpan();
  const [, go] = useLocation();
  const input = useSlash();
  const machines = useMemo(
    () => wantedMachines(data?.machines ?? [], { name, type: type === "ANY" ? null : type, region, order, span }),
    [data, name, type, region, order, span],
  );
  const create = (
    <button type="button" className="primary" onClick={() => go("/new")}>
      <Icon name="plus" /> Create
    </button>
  );
  return (
    <Page title="State machines" beside={<Live connected={connected} />} actions={create}>
      <Problem problem={error} />
      {data !== undefined && data.machines.length === 0 ? (
        <Empty title="There is no state machine yet">
          <p>
            <Link href="/new">Create one here</Link>, or with any AWS tool that this server is named to as its endpoint.
          </p>
        </Empty>
      ) : (
        <>
          <search className={styles.filters}>
            <SearchField label="Name contains" placeholder="Name" value={name} onChange={setName} input={input} />
            <Choice label="Type" value={type} options={TYPE_NAMES} onChange={setType} />
            <SpanChoice />
          </search>
          {machines.length > 0 && (
            <MachinesTable
              machines={machines}
              span={span}
              order={order}
              onOrder={setOrder}
              regions={region === "all" && (data?.regions.length ?? 0) > 1}
              sought={name}
            />
          )}
          {data !== undefined && machines.length === 0 && (
            <Empty title="No state machine is like that">
              <button type="button" onClick={() => go("/machines")}>
                Show all
              </button>
              {region !== "all" && <p>Only those in {region} are shown: the region is chosen above.</p>}
            </Empty>
          )}
        </>
      )}
    </Page>
  );
}
