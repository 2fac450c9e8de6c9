import { randomInt } from "node:crypto";

const ADJECTIVES =
  "able amused blithe bold bright brisk calm candid clear clever crisp deft eager early exact fair fine fleet fond free fresh glad grand great happy keen kind light lively loud loyal lucky mellow merry mild neat nimble noble open patient placid polite proud quick quiet rapid rare ready sage serene sharp silent skilled sleek smooth solid sound spry steady stoic sunny swift tidy upbeat vivid warm wise zesty".split(
    " ",
  );
const NOUNS =
  "auk bat bear bee bird boar bug calf carp cat colt conch cow crab crane cub deer doe dog dove duck eel elk fawn finch fish fly foal fowl fox frog gnat gnu goat goose grouse grub gull hare hawk hen hog horse hound jay kit koi lamb lark lynx mare midge mink mole moose moth mouse mule newt owl ox panda perch pig pug quail ram rat ray robin roo rook seal shad shark sheep shrew shrike skunk slug snail snake snipe sow squid stag steed stoat stork swan tern toad trout turtle vole wasp whale wolf worm wren yak zebra".split(
    " ",
  );

/** A name for a run that was given none: `swift-lynx-417`. */
export const randomName = (): string =>
  `${ADJECTIVES[randomInt(ADJECTIVES.length)]!}-${NOUNS[randomInt(NOUNS.length)]!}-${randomInt(1000)}`;
