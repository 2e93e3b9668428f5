/** Which page stands at which address. Addresses are behind the #, so that every one of them is the same file. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Route, Router, Switch } from "wouter";
import { Refused } from "./api/send";
import { useSession } from "./api/session";
import { useAddress } from "./parts/address";
import { Shell } from "./parts/Shell";

const Dashboard = lazy(() => import("./pages/Dashboard"));
const Executions = lazy(() => import("./pages/Executions"));
const Execution = lazy(() => import("./pages/execution/Execution"));
const Machines = lazy(() => import("./pages/Machines"));
const Machine = lazy(() => import("./pages/machine/Machine"));
const Editor = lazy(() => import("./pages/editor/Editor"));
const Waiting = lazy(() => import("./pages/Waiting"));

function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What the server refused it refuses again; what did not reach it is asked again until it does.
        retry: (count, problem) => !(problem instanceof Refused && problem.status < 500) && count < 5,
        networkMode: "always", // the server is on this machine, whatever the browser thinks of its network
        staleTime: 1_000,
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: "always" },
    },
  });
}

/** What was fetched with one key, or refused for want of one, is nothing to whoever has another. */
function useQueries(): QueryClient {
  const { key } = useSession();
  const [known, setKnown] = useState(() => ({ key, queries: newQueries() }));
  if (known.key === key) return known.queries;
  const fresh = { key, queries: newQueries() };
  setKnown(fresh);
  return fresh.queries;
}

export function App() {
  const queries = useQueries();
  return (
    <QueryClientProvider client={queries}>
      <Router hook={useAddress}>
        <Shell>
          <Suspense fallback={null}>
            <Switch>
              <Route path="/" component={Dashboard} />
              <Route path="/executions" component={Executions} />
              <Route<{
                arn: string;
                tab: string | undefined;
                event: string | undefined;
              }> path="/executions/:arn/:tab?/:event?">
                {({ arn, tab, event }) => <Execution key={arn} arn={arn} tab={tab} event={event} />}
              </Route>
              <Route path="/machines" component={Machines} />
              <Route path="/machines/:arn/edit">{({ arn }) => <Editor key={arn} arn={arn} />}</Route>
              <Route path="/machines/:arn/:tab?">{({ arn, tab }) => <Machine key={arn} arn={arn} tab={tab} />}</Route>
              <Route path="/new">
                <Editor />
              </Route>
              <Route path="/waiting" component={Waiting} />
              <Route>
                <p>There is nothing at this address. The menu leads to all that is there.</p>
              </Route>
            </Switch>
          </Suspense>
        </Shell>
      </Router>
    </QueryClientProvider>
  );
}
