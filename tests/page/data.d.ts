// Written by `python -m tests.page.declarations` from schemas/page.schema.json; never by hand.

/** The data of a page: a plan, a run or drift, as its script reads them. What is empty is left out. */
interface Page {
  /** What it is: `Plan`, `Apply complete`, `Drift`. */
  title: string;
  /** All of it in one line. */
  headline: string;
  /** `en` or `zh`. */
  language: string;
  /** Of a language but English: its words by the English ones that the script has. */
  phrases?: {
    [name: string]: string;
  };
  /** The view that is open first. */
  view?: "clusters" | "graph" | "schedule" | "findings";
  /** A run: steps have an `end`, clusters a `status`. */
  run?: true;
  /** What a reader can choose to see, in words that go on a number. */
  filters: Array<Filter>;
  /** For the head of the page. */
  facts: Array<Fact>;
  /** Names of the clusters of the critical path; the middle of a long one is a count. */
  path: Array<string>;
  /** What could hurt, the worst first. */
  alerts: Array<Alert>;
  /** Of the whole plan. */
  findings: Array<Finding>;
  /** Of policies that are violated, and sorts of findings of ackplan's own that are more than one. */
  rules: Array<Rule>;
  /** What may be said of a change, by the name that changes refer to it with. */
  notes: {
    drift: Note;
    [name: string]: Note;
  };
  clusters: Array<Cluster>;
  steps: Array<Step>;
  graph: Grid;
  /** How long all of it should take, or took. */
  seconds: number;
  /** Texts that clusters share; a text number is a place in this list. */
  texts: Array<string>;
}

/** A name of a color of the page. */
type Tone = "create" | "update" | "scale" | "scale-in" | "replace" | "delete" | "adopt" | "forget" | "record" | "no-op" | "blocked" | "drift" | "danger" | "warning" | "failed" | "interrupted" | "skipped" | "not started" | "done";

type Status = "failed" | "interrupted" | "skipped" | "not started" | "done" | "no-op";

/** Whether it is added, removed, changed or neither. */
type Mark = "+" | "-" | "~" | " ";

/** A text number. */
type TextNumber = number;

/** A text number; -1: the value is not told. */
type ValueNumber = number;

interface Filter {
  tone: Tone;
  text: string;
}

interface Fact {
  name: string;
  text: string;
  /** Where a reader can see more of it. */
  link?: string;
}

interface Way {
  name: string;
  text: string;
  /** The part of the text that can be run. */
  command?: string;
}

interface Alert {
  tone: Tone;
  /** What it is about: `delete`, `replace`, `drift`. */
  topic?: string;
  text: string;
  /** Clusters, or rules of policies. */
  names?: Array<string>;
}

interface Note {
  tone: Tone;
  text: string;
  /** Changes with this note come last in short lists. */
  minor?: true;
}

/** An error or a warning. */
interface Finding {
  severity: "error" | "warning";
  code: string;
  cluster?: string;
  /** Cluster and parameter. */
  subject?: string;
  summary?: string;
  detail?: string;
  cure?: string;
  /** Where in the spec: `FILE:LINE:COLUMN`. */
  place?: string;
}

/** A rule of a policy with all that it found. */
interface Rule {
  /** `FILE/RULE`. */
  rule: string;
  severity: "error" | "warning";
  code: string;
  summary?: string;
  /** How many clusters break it, in words. */
  counted?: string;
  details: Array<Wording>;
  cures?: Array<string>;
}

/** What is wrong, with the clusters of which that is so. */
interface Wording {
  text: string;
  names?: Array<string>;
  /** Where in the spec: `FILE:LINE:COLUMN`. */
  places?: Array<string>;
}

/** One that nothing happens to has no mark. */
interface Cluster {
  name: string;
  /** What one of its kind is called. */
  title?: string;
  region?: string;
  /** Its first tag `team`. */
  team?: string;
  id?: string;
  /** Of the live cluster. */
  state?: string;
  tone: Tone;
  /** The symbol of what happens: `+`, `~`, `-/+`. */
  mark?: string;
  /** What happens to it. */
  headline: string;
  /** What a new cluster is, or what leaves one. */
  brief?: string;
  reason?: string;
  /** How the live cluster moved. */
  drift?: string;
  notes?: Array<string>;
  /** Parameters that change. */
  fields?: Array<Field>;
  /** How many parameters stay. */
  unchanged?: number;
  /** Clusters that must be done first. */
  waits?: Array<string>;
  /** Why it can't be done. */
  blocked?: Array<Finding>;
  /** How long its steps should take. */
  seconds?: number;
  sides?: Sides;
  /** What can be done about drift. */
  ways?: Array<Way>;
  status?: Status;
  /** What a run made of it. */
  became?: string;
}

/** A parameter that changes. A side without it is not set. */
interface Field {
  mark: Mark;
  name: TextNumber;
  before?: TextNumber;
  after?: TextNumber;
  /** Names of the page's notes. */
  notes?: Array<string>;
  /** Where both sides have parts, the parts beside each other. */
  lines?: Array<Line>;
}

interface Line {
  mark: Mark;
  text: TextNumber;
}

/** All parameters of a cluster on its three sides, by columns. */
interface Sides {
  names: Array<TextNumber>;
  /** How many change: the first of them. */
  changes: number;
  wanted: Side;
  recorded: Side;
  live: Side;
}

/** One value for each name; null: not set. `no`: there is no cluster on this side. */
type Side = "no" | "unknown" | Array<ValueNumber | null>;

interface Step {
  /** Name of its cluster. */
  cluster: string;
  /** What it does: `create`, `scale-out`. */
  kind: string;
  tone: Tone;
  /** What it does, in words. */
  text: string;
  /** Method and path. */
  call?: string;
  /** Of the call, as JSON over several lines. */
  body?: string;
  workers?: Workers;
  instances?: Array<string>;
  /** How long it should take. */
  seconds: number;
  /** The same in words. */
  expected?: string;
  /** When it is given up, in words. */
  timeout: string;
  /** When it should start; without it never. */
  start?: number;
  place: Place;
  /** Numbers of the steps that it waits for. */
  needs?: Array<number>;
  /** By the number of a needed step: the free places that the arrow from there goes through. */
  bends?: {
    [name: string]: Array<Place>;
  };
  /** It is on the critical path. */
  critical?: true;
  end?: End;
}

interface Workers {
  before: number;
  after: number;
}

/** Where a box stands in the graph; a row may be between two others. */
interface Place {
  column: number;
  row: number;
}

interface Grid {
  columns: number;
  rows: number;
}

/** What became of a step. One that never began has no start. */
interface End {
  status: Status;
  /** Seconds after the run's first step. */
  start?: number;
  seconds: number;
  /** The same in words. */
  took?: string;
  note?: string;
  /** Of the cluster. */
  id?: string;
  requests?: Array<string>;
  tasks?: Array<string>;
  retries?: Array<Retry>;
  errors?: Array<Finding>;
}

interface Retry {
  code?: string;
  request?: string;
  /** Seconds until it was sent again. */
  pause: number;
}
