/** What a channel measures. Only "eeg" goes into a recording's data unless `eegChannels` names others. */
export type ChannelType = "eeg" | "eog" | "ecg" | "emg" | "motion" | "stim" | "misc";

const BY_NAME: readonly (readonly [ChannelType, RegExp])[] = [
  ["stim", /^(stim(ulus)?|sti ?\d*|trig(ger)?s?|status|markers?\d*|events?|stim_?channel|digi(tal)?)$/],
  ["eog", /^([hv]?eog.*|[lr]eog|.*eog[lrud]?|[lr]oc|[hv]e\d?)$/],
  ["ecg", /^(ecg|ekg|electrocard).*/],
  ["emg", /^(emg.*|chin\d?|.*emg)$/],
  ["motion", /^(acc|accel|accelerometer|gyro|gyroscope|mag|magnetometer)[ _-]?[xyz\d]?$/],
  [
    "misc",
    new RegExp(
      "^((right|left|r|l)?[ _-]?aux([ _-]?(right|left|r|l|\\d+))*|exg\\d*|gsr\\d*|eda|resp.*|pleth?|ppg.*|spo2|pulse|hr|temp(erature)?|erg\\d*" +
        "|photo.*|diode|light|battery|bat|counter|sample ?(index|counter|number)|time ?(stamps?)?|event id|event date" +
        "|event duration|snd|sound|audio|force|pressure|analog ?\\d*|bip\\d*|dc\\d*|index|timestamp.*)$",
    ),
  ],
];

/** What a channel's name says of its type: "eeg" when nothing speaks against it. */
export function typeByName(name: string): ChannelType {
  const word = name.trim().toLowerCase();
  return BY_NAME.find(([, pattern]) => pattern.test(word))?.[0] ?? "eeg";
}

/** The word that a file uses for a channel's type (XDF, EEGLAB, EDF+ labels); undefined when it is not known. */
export function typeByWord(word: string): ChannelType | undefined {
  const known: Readonly<Record<string, ChannelType>> = {
    eeg: "eeg",
    eog: "eog",
    veog: "eog",
    heog: "eog",
    ecg: "ecg",
    ekg: "ecg",
    emg: "emg",
    acc: "motion",
    gyro: "motion",
    stim: "stim",
    trig: "stim",
    trigger: "stim",
    triggers: "stim",
    marker: "stim",
    markers: "stim",
    misc: "misc",
    aux: "misc",
    exg: "misc",
    resp: "misc",
    gsr: "misc",
    temp: "misc",
    ref: "misc",
  };
  return known[word.trim().toLowerCase()];
}

/** Microvolts a unit: 1e6 for "V". Undefined when it is no voltage; an empty unit is none. */
export function microvoltsPer(unit: string): number | undefined {
  const word = unit.trim().replace(/^[\u00B5\u03BC]/, "u");
  const scales: Readonly<Record<string, number>> = { V: 1e6, mV: 1e3, uV: 1, nV: 1e-3 };
  if (Object.hasOwn(scales, word)) return scales[word];
  const words: Readonly<Record<string, number>> = {
    v: 1e6,
    uv: 1,
    nv: 1e-3,
    volt: 1e6,
    millivolt: 1e3,
    microvolt: 1,
    nanovolt: 1e-3,
  };
  const lower = word.toLowerCase().replace(/(?<=volt)s$/, "");
  return Object.hasOwn(words, lower) ? words[lower] : undefined; // "MV" is none: mega or milli, nobody knows
}
