/** How a visit stands. */
import { Badge } from "../../parts/StatusBadge";
import { visitStatus } from "../../model/statuses";
import type { Visit } from "../../model/visits";

export function VisitBadge({ visit }: { visit: Visit }) {
  return <Badge {...visitStatus(visit)} />;
}
