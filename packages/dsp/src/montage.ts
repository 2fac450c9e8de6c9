import { ChannelError, OptionError, ShapeError } from "./errors";
import { onSphere, placeOf, type Position } from "./montage/geometry";

export type { Position } from "./montage/geometry";

/** Names that the 10-10 system has no more, and electrodes on the ears and behind them. */
const OTHER_NAMES: Readonly<Record<string, string>> = { T3: "T7", T4: "T8", T5: "P7", T6: "P8" };
const REFERENCES: Readonly<Record<string, Position>> = {
  A1: onSphere(120, 90, -1),
  A2: onSphere(120, 90, 1),
  M1: onSphere(120, 105, -1),
  M2: onSphere(120, 105, 1),
};
const REFERENCE_SUFFIX = /\s*[-_:]\s*(REF|LE|LER|AR|AV|AVG|CAR|A1|A2|A1A2|M1|M2|M1M2)$/;

/** A montage: where each channel's electrode lies. */
export interface Montage {
  readonly channelNames: readonly string[];
  /** One unit vector for each channel. */
  readonly positions: readonly Position[];
}

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

const plain = (name: string): string =>
  name
    .trim()
    .toUpperCase()
    .replace(/^(EEG|RAW)[\s_.:-]*(?=[A-Z])/, "")
    .replace(/[\s.]+$/, "")
    .replace(REFERENCE_SUFFIX, "");

/** Where the electrode of this name lies, or undefined when the name is not one of the 10-20, 10-10 or 10-5 systems.
 * @see positionOf */
export function findPosition(channelName: string): Position | undefined {
  const name = plain(String(channelName));
  return own(REFERENCES, name) ?? placeOf(own(OTHER_NAMES, name) ?? name);
}

/** Where the electrode of this name lies on the unit sphere: x to the right, y to the front, z up.
 *
 * The positions are those of the 10-5 system's own geometry: steps of ten percent along the midline and along the ring through
 * Fpz, T7, Oz and T8, and equal steps on the arcs between them. They lie within 3.4° of BioSemi's and 5.1° of EasyCap's caps,
 * and on a real head (MNE's colin27, from the centre of its best sphere) half within 5.3° and all within 11.2°
 * (`test/golden/montage.json`). Names may be of any case, old (T3 to T6), begin with "EEG" and end with a reference ("-REF",
 * "-LE", "-A2") or with dots.
 * @see R. Oostenveld, P. Praamstra, Clin. Neurophysiol. 112(4), 2001, doi:10.1016/S1388-2457(00)00527-7
 * @throws {ChannelError} when the name is none of a standard electrode. */
export function positionOf(channelName: string): Position {
  const position = findPosition(channelName);
  if (position === undefined)
    throw new ChannelError(
      String(channelName),
      "is no electrode of the 10-20, 10-10 or 10-5 system: rename it, or give its position",
    );
  return position;
}

/** The positions of these channels, in their order.
 * @throws {ChannelError} when a name is none of a standard electrode. */
export function standardMontage(channelNames: readonly string[]): Montage {
  checkArray("channelNames", channelNames);
  return { channelNames: [...channelNames], positions: channelNames.map(positionOf) };
}

/** Places on the sphere laid flat as seen from above: distances and directions from the vertex are kept (azimuthal
 * equidistant, as MNE's and EEGLAB's topographic maps). Nose at +y, right ear at +x; the equator, and with it the outline of
 * the head, has radius 1, and electrodes below it lie further out. */
export function project2d(positions: readonly Position[]): (readonly [x: number, y: number])[] {
  checkArray("positions", positions);
  return positions.map((position, index) => {
    checkArray(`positions[${index}]`, position);
    if (position.length !== 3) throw new ShapeError(`positions[${index}]`, position.length, 3);
    const [x, y, z] = position;
    const across = Math.hypot(x, y);
    if (!(Number.isFinite(across) && Number.isFinite(z) && (across > 0 || z !== 0)))
      throw new OptionError(
        `positions[${index}]`,
        position.join(", "),
        "a finite direction from the centre of the head",
      );
    const scale = across === 0 ? 0 : Math.atan2(across, z) / (Math.PI / 2) / across;
    return [x * scale, y * scale];
  });
}

/** The indices in `channelNames` of the wanted ones, in the order wanted: by their exact name, or else by what the name means
 * ("EEG T3-REF" is "T7").
 * @throws {ChannelError} when a wanted channel is not there. */
export function picks(channelNames: readonly string[], wanted: readonly string[]): number[] {
  checkArray("channelNames", channelNames);
  checkArray("wanted", wanted);
  const meaning = (name: string): string => own(OTHER_NAMES, plain(name)) ?? plain(name);
  const meanings = channelNames.map((name) => meaning(String(name)));
  return wanted.map((name) => {
    const exact = channelNames.indexOf(name);
    const index = exact >= 0 ? exact : meanings.indexOf(meaning(String(name)));
    if (index < 0) throw new ChannelError(String(name), `is not among ${channelNames.join(", ")}`);
    return index;
  });
}

function checkArray(option: string, value: unknown): void {
  if (!Array.isArray(value)) throw new OptionError(option, value, "an array");
}
