/**
 * Showing a trace up to one time step, in the browser alone.
 *
 * `meta.until` holds t for each point (null for a separator): points up to t are shown.
 * `meta.at` holds t for each point: those of the nearest time there is are shown.
 */

/** Say whether moving through time changes this trace. */
export const isTimed = (trace) => Boolean(trace.meta?.until ?? trace.meta?.at);

/** Return a copy of the trace as it looks at time t. */
export function reveal(trace, t) {
  const times = trace.meta?.until ?? trace.meta?.at;
  if (!times) return { ...trace };
  const last = trace.meta.until ? t : nearest(times, t);
  const shown = trace.meta.until
    ? times.map((time) => time === null || time <= last)
    : times.map((time) => time === last);
  if (shown.every(Boolean)) return { ...trace };
  const kept = pick(trace, shown);
  if (trace.marker) {
    kept.marker = pick(trace.marker, shown);
    if (trace.marker.line) kept.marker.line = pick(trace.marker.line, shown);
  }
  if (trace.line) kept.line = pick(trace.line, shown);
  return kept;
}

function nearest(times, t) {
  let best = null;
  for (const time of times) {
    if (time === null) continue;
    if (best === null || Math.abs(time - t) < Math.abs(best - t)) best = time;
  }
  return best;
}

/** Keep the shown entries of every list that runs parallel to the points. */
function pick(container, shown) {
  const kept = { ...container };
  for (const [name, value] of Object.entries(container)) {
    const parallel = Array.isArray(value) && value.length === shown.length;
    if (parallel && name !== "colorscale") {
      kept[name] = value.filter((_, index) => shown[index]);
    }
  }
  return kept;
}
