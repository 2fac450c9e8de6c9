import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  plotButterfly,
  plotContrast,
  plotDrops,
  plotEpochsImage,
  plotEvents,
  plotSpectrum,
  plotTopomap,
} from "../../src/plots";
import { makeEpochs, makeEvoked, numbersOf, parseMarkup } from "./shapes";

const spectrumOf = (nChannels: number, nFrequencies: number) => ({
  frequenciesHz: Float64Array.from({ length: nFrequencies }, (_, k) => k / 2),
  power: Float64Array.from({ length: nChannels * nFrequencies }, (_, i) => 1 + (i % 17)),
});
const eventsOf = (n: number) => ({
  nEvents: n,
  samples: Int32Array.from({ length: n }, (_, i) => i * 40),
  codes: Int32Array.from({ length: n }, (_, i) => (i % 6 === 0 ? 2 : 1)),
});

/** Each figure of names, whatever these are. */
const figures: Record<string, (names: readonly string[]) => string> = {
  plotButterfly: (channelNames) => plotButterfly(makeEvoked({ channelNames })),
  plotContrast: (channelNames) =>
    plotContrast({ target: makeEvoked({ channelNames }), nonTarget: makeEvoked({ channelNames, nAve: 200 }) }),
  plotEpochsImage: (channelNames) =>
    plotEpochsImage(makeEpochs(20, { channelNames }), { groups: [{ label: channelNames[0]!, codes: [1, 2] }] }),
  plotTopomap: (channelNames) =>
    plotTopomap(makeEvoked({ channelNames }), {
      positions: channelNames.map((_, i) => [Math.cos(i), Math.sin(i), 1] as const),
      names: true,
      width: 700,
    }),
  plotSpectrum: (channelNames) => plotSpectrum(spectrumOf(channelNames.length, 81), { channelNames }),
  plotDrops: (channelNames) => plotDrops([[], [channelNames[0]!], [...channelNames]], { channelNames }),
  plotEvents: ([name]) =>
    plotEvents(eventsOf(30), { sampleRateHz: 100, nSamples: 2000, stimCodes: { 1: name!, 2: "Target" } }),
};

describe.each(Object.entries(figures))("%s", (_, draw) => {
  test("is one well-formed, titled, described SVG with text as text, the same every time", () => {
    const svg = draw(["Fz", "Cz", "Pz"]);
    const elements = parseMarkup(svg);
    const [root] = elements;
    expect(root).toMatchObject({ name: "svg", attributes: { role: "img", xmlns: "http://www.w3.org/2000/svg" } });
    const ids = root!.attributes["aria-labelledby"]!.split(" ");
    const named = elements.filter(({ attributes }) => ids.includes(attributes.id ?? ""));
    expect(named.map(({ name }) => name)).toEqual(["title", "desc"]);
    for (const { text } of named) expect(text.trim()).not.toBe("");
    expect(elements.filter(({ name }) => name === "text").length).toBeGreaterThan(3);
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(numbersOf(svg).every(Number.isFinite)).toBe(true);
    expect(draw(["Fz", "Cz", "Pz"])).toBe(svg);
  });

  test("lets no name out of its place", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(
            "<script>alert(1)</script>",
            `"><img src=x onerror=alert(1)>`,
            "]]></style><script>",
            "a\u0000b\u001bc",
            "\ud800 lone",
            "&amp;&#x3c;",
            "\u202egnp.exe",
            "__proto__",
            "",
          ),
          fc.string({ unit: "binary", maxLength: 30 }),
        ),
        (name) => {
          const svg = draw([name, "Cz"]);
          const elements = parseMarkup(svg);
          expect(
            elements.map((element) => element.name).filter((tag) => /^(script|img|iframe|foreignObject|a)$/.test(tag)),
          ).toEqual([]);
          for (const { attributes } of elements)
            for (const [key, value] of Object.entries(attributes)) {
              expect(key).not.toMatch(/^on/);
              expect(key === "href" && !/^data:image\/png;base64,[A-Za-z0-9+/=]+$/.test(value)).toBe(false);
            }
          // oxlint-disable-next-line no-control-regex
          expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]/);
          expect(svg).not.toMatch(/\p{Surrogate}/u);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("plotButterfly", () => {
  test("has a coloured line for each of a few channels, and the global field power", () => {
    const paths = parseMarkup(plotButterfly(makeEvoked())).filter(({ name }) => name === "path");
    for (const name of ["line s1", "line s2", "line s3", "line s4", "strong ink dash"])
      expect(paths.some(({ attributes }) => attributes.class === name)).toBe(true);
  });

  test("lets one of many channels stand out, and draws the range of very many in little", () => {
    const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `E${i + 1}`);
    expect(plotButterfly(makeEvoked({ channelNames: names(32) }))).toContain("32 channels");
    const svg = plotButterfly(makeEvoked({ channelNames: names(4000) }));
    expect(svg).toContain("range of 4000 channels");
    expect(svg.length).toBeLessThan(40_000);
  });

  test("says where the largest deflection is", () => {
    const data = new Float64Array(4 * 71);
    data[2 * 71 + 46] = -7.25; // Pz at 0.36 s
    expect(plotButterfly(makeEvoked({ data }))).toContain("−7.3 µV at 360 ms on Pz");
  });
});

describe("plotContrast", () => {
  const zero = new Float64Array(4 * 71);
  const bump = Float64Array.from(zero, (_, i) => (Math.floor(i / 71) === 1 && i % 71 === 50 ? 6 : 0));

  test("says where the difference is largest, and draws both bands", () => {
    const svg = plotContrast(
      { target: makeEvoked({ data: bump }), nonTarget: makeEvoked({ data: zero }) },
      { channel: "Cz" },
    );
    expect(svg).toContain("their difference is largest at 400 ms, 6.0 µV");
    expect(parseMarkup(svg).filter(({ attributes }) => attributes.class?.startsWith("band "))).toHaveLength(2);
  });

  test("has no band where none is known, and one line for one class", () => {
    const svg = plotContrast({ target: makeEvoked({ standardError: undefined }), nonTarget: null });
    expect(svg).not.toContain('class="band');
    expect(svg).toContain("Target n=40");
    expect(svg).not.toContain("difference");
    expect(plotContrast({ target: makeEvoked({ nAve: 1 }), nonTarget: null })).not.toContain('class="band');
  });

  test("shades the significant clusters only", () => {
    const clusters = [
      { fromSeconds: 0.3, toSeconds: 0.45, pValue: 0.002 },
      { fromSeconds: 0.1, toSeconds: 0.12, pValue: 0.6 },
    ];
    const svg = plotContrast({ target: makeEvoked(), nonTarget: makeEvoked() }, { clusters });
    expect(parseMarkup(svg).filter(({ attributes }) => attributes.class === "shade ink-fill")).toHaveLength(1);
    expect(svg).toContain("They differ from 300 to 450 ms, p = 0.0020.");
  });
});

describe("plotTopomap", () => {
  test("names the extremes at each time, on a scale symmetric about 0", () => {
    const data = new Float64Array(4 * 71);
    data[2 * 71 + 40] = 8;
    data[40] = -2;
    const svg = plotTopomap(makeEvoked({ data }), { timesSeconds: [0.3, 0.4] });
    expect(svg).toContain("colours from −8.0 to 8.0 µV");
    expect(svg).toContain("At 300 ms from −2.0 µV (Fz) to 8.0 µV (Pz).");
    expect(parseMarkup(svg).filter(({ name }) => name === "clipPath")).toHaveLength(2);
  });

  test("leaves out channels without a place, and refuses when there is none", () => {
    expect(plotTopomap(makeEvoked({ channelNames: ["Fz", "AUX", "Pz", "EOG"] }))).toContain("2 electrodes");
    expect(() => plotTopomap(makeEvoked({ channelNames: ["A", "B", "C", "D"] }))).toThrow(
      expect.objectContaining({ code: "ERR_DSP_CHANNEL" }),
    );
  });

  test("draws one electrode, electrodes on one place, and thousands", () => {
    const at = (n: number, position: (i: number) => readonly [number, number, number]) =>
      plotTopomap(makeEvoked({ channelNames: Array.from({ length: n }, (_, i) => `E${i}`), nTimes: 3 }), {
        positions: Array.from({ length: n }, (_, i) => position(i)),
      });
    for (const svg of [
      at(1, () => [0, 0, 1]),
      at(3, () => [0, 1, 1]),
      at(3000, (i) => [Math.cos(i) * (i / 3000), Math.sin(i) * (i / 3000), 1 - i / 3000]),
    ]) {
      expect(numbersOf(svg).every(Number.isFinite)).toBe(true);
      expect(svg.length).toBeLessThan(150_000);
    }
  });
});

describe("plotEpochsImage", () => {
  test("has a block a group, the first on top, and leaves out what belongs to none", () => {
    const groups = [
      { label: "Target", codes: [2] },
      { label: "NonTarget", codes: [1] },
      { label: "none", codes: [9] },
    ];
    const svg = plotEpochsImage(makeEpochs(50), { channel: "Pz", groups });
    expect(svg).toContain("from the top 10 Target, 40 NonTarget.");
    expect(svg).not.toContain(">none<");
  });

  test("is one image of bounded size, however many epochs and samples there are", () => {
    const svg = plotEpochsImage(makeEpochs(1100, { channelNames: ["Cz"], nTimes: 500 }));
    const [image] = parseMarkup(svg).filter(({ name }) => name === "image");
    const bytes = Buffer.from(image!.attributes.href!.slice("data:image/png;base64,".length), "base64");
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([420, 512]);
    expect(svg.length).toBeLessThan(320_000);
  });

  test("draws a picture that says so when there is no epoch", () => {
    expect(plotEpochsImage(makeEpochs(0))).toContain("no epoch");
  });
});

describe("plotDrops and plotEvents", () => {
  test("count each reason and name the special ones", () => {
    const svg = plotDrops([["NO_DATA"], [], ["Cz"], ["Cz", "Pz"], ["TOO_SHORT"]], { channelNames: ["Pz", "Cz"] });
    expect(svg).toContain("Dropped epochs: 4 of 5");
    expect(svg).toContain("4 of 5 epochs were dropped: Pz 1, Cz 2, too early 1, too late 1.");
    expect(plotDrops([])).toContain("no event");
    expect(plotDrops([[], []])).toContain("none dropped");
  });

  test("show the most frequent of very many reasons", () => {
    const log = Array.from({ length: 500 }, (_, i) =>
      Array.from({ length: 1000 }, (_, c) => `E${c}`).filter((_, c) => c % 7 === i % 7 || c === 3),
    );
    const svg = plotDrops(log, { channelNames: Array.from({ length: 1000 }, (_, c) => `E${c}`) });
    expect(svg).toContain("960 other reasons are not shown");
    expect(svg).toContain(">E3<");
    expect(svg.length).toBeLessThan(500_000);
  });

  test("draw a hundred thousand events in little", () => {
    const svg = plotEvents(eventsOf(100_000), { sampleRateHz: 1000, nSamples: 4_000_000 });
    expect(svg).toContain("time (min)");
    expect(svg.length).toBeLessThan(60_000);
  });
});
