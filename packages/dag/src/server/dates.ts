const ISO = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)(?: ?([Zz]|[+-]\d{2}(?::?\d{2})?))?)?$/;

/** Milliseconds since 1970 of an ISO-8601 date; one without an offset is read as UTC. Null when it is none. */
export function parseDate(text: string): number | null {
  const match = ISO.exec(text.trim());
  if (match === null) return null;
  const [, day, time = "00:00:00", zone = "Z"] = match;
  const [clock = "", fraction = ""] = time.replace(",", ".").split(".");
  const offset = /^[Zz]$/.test(zone)
    ? "Z"
    : zone.replace(/^([+-]\d{2}):?(\d{2})?$/, (_, hh, mm) => `${hh}:${mm ?? "00"}`);
  const millis = Date.parse(
    `${day}T${clock.length === 5 ? `${clock}:00` : clock}.${fraction.slice(0, 3).padEnd(3, "0")}${offset}`,
  );
  // Date.parse rolls 30 February over to March in some engines, and takes 24:00.
  if (Number.isNaN(millis) || Number(clock.slice(0, 2)) > 23) return null;
  return new Date(Date.parse(`${day}T00:00:00Z`)).toISOString().startsWith(day ?? "") ? millis : null;
}

/** As the API writes dates: UTC with `Z`, the fraction in microseconds and only when there is one. */
export function isoUtc(millis: number | null | undefined): string | null {
  if (millis === null || millis === undefined) return null;
  const text = new Date(millis).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, -5)}Z` : `${text.slice(0, -1)}000Z`;
}
