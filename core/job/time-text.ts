/** Times as people read them. */

/** `1:02:03`, or `1 day, 1:02:03`; fractions of a second are cut off. */
export function clockTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const part = (size: number, wrap: number) => String(Math.floor(whole / size) % wrap);
  const time = `${part(3600, 24)}:${part(60, 60).padStart(2, '0')}:${part(1, 60).padStart(2, '0')}`;
  return days > 0 ? `${days} day${days > 1 ? 's' : ''}, ${time}` : time;
}

/** `12.3s`, `4.5m` or `6.7h`. */
export function shortTime(seconds: number): string {
  if (seconds >= 3600) return `${(seconds / 3600).toFixed(1)}h`;
  return seconds >= 60 ? `${(seconds / 60).toFixed(1)}m` : `${seconds.toFixed(1)}s`;
}

/** Local `2026-01-02 03:04:05`. @param now milliseconds since 1970. */
export function dateTime(now: number): string {
  const [year, month, day, hour, minute, second] = localParts(now);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** Local `2026_01_02_03_04_05`, for file names. @param now milliseconds since 1970. */
export function fileTimestamp(now: number): string {
  return localParts(now).join('_');
}

function localParts(now: number): string[] {
  const date = new Date(now);
  return [
    date.getFullYear(),
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
  ].map((part) => String(part).padStart(2, '0'));
}
