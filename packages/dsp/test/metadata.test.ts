import { describe, expect, test } from "vitest";
import { ColumnError, MetadataError, SampleRateError } from "../src";
import { eegColumns, mergeMetadata, metadataFromKeyValues, parseMetadata } from "../src/metadata";

describe("parseMetadata", () => {
  test("takes the four keys and leaves others alone", () => {
    const json = {
      sampling_rate_hz: 256,
      channels: ["A", "B"],
      eeg_channels: ["B"],
      stim_codes: { 1: "x" },
      device: 1,
    };
    expect(parseMetadata(json, "m")).toEqual({
      sampleRateHz: 256,
      channels: ["A", "B"],
      eegChannels: ["B"],
      stimCodes: { 1: "x" },
    });
    expect(parseMetadata({}, "m").sampleRateHz).toBeUndefined();
  });

  test.each([0, -512, Number.NaN, Infinity, "512", null, true])("refuses a rate of %s, naming the file", (rate) => {
    expect(() => parseMetadata({ sampling_rate_hz: rate }, "dir/metadata.json")).toThrow(SampleRateError);
    expect(() => parseMetadata({ sampling_rate_hz: rate }, "dir/metadata.json")).toThrow(/^dir\/metadata\.json: /);
  });

  test.each([
    ["no object", []],
    ["channels that are no list", { channels: "Cz" }],
    ["an empty list", { channels: [] }],
    ["a channel twice", { eeg_channels: ["Cz", "Pz", "Cz"] }],
    ["a channel that is no word", { channels: ["Cz", 3] }],
    ["codes that are a list", { stim_codes: ["none"] }],
    ["a code that is no number", { stim_codes: { Target: "2" } }],
    ["a code's name that is no word", { stim_codes: { 1: 2 } }],
  ])("refuses %s", (_, json) => {
    expect(() => parseMetadata(json, "m")).toThrow(MetadataError);
  });
});

test("key-value metadata may be JSON or bare words", () => {
  const pairs = [
    { key: "sampling_rate_hz", value: "512" },
    { key: "channels", value: '["A"]' },
    { key: "eeg_channels" },
    { key: "pandas", value: "{}" },
  ];
  expect(metadataFromKeyValues(pairs)).toEqual({ sampling_rate_hz: 512, channels: ["A"] });
  expect(metadataFromKeyValues([{ key: "sampling_rate_hz", value: "fast" }])).toEqual({ sampling_rate_hz: "fast" });
});

test("what lies beside the file and what is in it complete each other, and must not contradict", () => {
  expect(mergeMetadata({ channels: ["A"] }, { sampleRateHz: 512 }, "m")).toEqual({
    sampleRateHz: 512,
    channels: ["A"],
  });
  expect(() => mergeMetadata({ sampleRateHz: 256 }, { sampleRateHz: 512 }, "m")).toThrow(/says 256 Hz, but .* 512 Hz/);
});

describe("eegColumns", () => {
  const find = (columns: string[], metadata: object) => eegColumns(columns, metadata, "f").columnNames;

  test("prefers eeg_X to X, and takes eeg_ch1 and on by their order", () => {
    expect(find(["eeg_A", "A", "stim"], { channels: ["A"] })).toEqual(["eeg_A"]);
    expect(find(["A", "B", "stim"], { channels: ["A", "B"] })).toEqual(["A", "B"]);
    const channels = ["A", "AUX", "B"];
    expect(find(["eeg_ch1", "eeg_ch2", "eeg_ch3"], { channels, eegChannels: ["B", "A"] })).toEqual([
      "eeg_ch3",
      "eeg_ch1",
    ]);
  });

  test("without names takes the eeg_ columns, or else all but stim and timestamps", () => {
    expect(eegColumns(["timestamps", "eeg_B", "eeg_A", "stim"], {}, "f")).toEqual({
      channelNames: ["B", "A"],
      columnNames: ["eeg_B", "eeg_A"],
    });
    expect(find(["timestamps", "B", "A", "stim", "__index_level_0__"], {})).toEqual(["B", "A"]);
  });

  test("refuses a channel without a column, an EEG channel that is none, a file without channels", () => {
    expect(() => find(["eeg_A", "stim"], { channels: ["A", "B"] })).toThrow(ColumnError);
    expect(() => find(["eeg_A", "stim"], { channels: ["A", "B"] })).toThrow(
      "f: column eeg_B is missing: the file has eeg_A, stim",
    );
    expect(() => find(["eeg_A", "stim"], { channels: ["A"], eegChannels: ["Z"] })).toThrow(MetadataError);
    expect(() => find(["stim", "timestamps"], {})).toThrow(ColumnError);
  });
});
