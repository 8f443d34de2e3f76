import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';

/** The eight workflows, as `PROBLEM.TYPE` names them. */
export type Workflow =
  | 'SEMANTIC_SEG'
  | 'INSTANCE_SEG'
  | 'DETECTION'
  | 'DENOISING'
  | 'SUPER_RESOLUTION'
  | 'SELF_SUPERVISED'
  | 'CLASSIFICATION'
  | 'IMAGE_TO_IMAGE';

export const SEM = 'SEMANTIC_SEG';
export const INS = 'INSTANCE_SEG';
export const DET = 'DETECTION';
export const DEN = 'DENOISING';
export const SR = 'SUPER_RESOLUTION';
export const SSL = 'SELF_SUPERVISED';
export const CLS = 'CLASSIFICATION';
export const I2I = 'IMAGE_TO_IMAGE';
export const WORKFLOWS = [SEM, INS, DET, DEN, SR, SSL, CLS, I2I] as const;

/**
 * Type of a value the way Python sees it. BiaPy decides by the type of the default which values a key takes, and
 * JavaScript alone cannot tell `1` from `1.0` or a tuple from a list, so the schema carries it.
 */
export type PythonType = 'bool' | 'int' | 'float' | 'str' | 'list' | 'tuple' | 'none' | 'dict';

/** What a key's schema says beyond its type. `workflows` and `ndim` left out mean that the key is for all of them. */
export type KeyOptions = {
  /** Allowed values; for a list, allowed elements. */
  choices?: readonly (string | number)[];
  workflows?: readonly Workflow[];
  ndim?: '2D' | '3D';
};

/** Options as they are stored on a leaf of the schema. An alias, so that TypeBox takes it as free options. */
export type KeyMetadata = KeyOptions & {
  python: PythonType;
  /** A second Python type that the key takes beside that of its default. */
  also?: PythonType;
  default: unknown;
  description: string;
};

export const bool = (value: boolean, meaning: string, options?: KeyOptions) =>
  Type.Boolean(leaf('bool', value, meaning, options));

export const int = (value: number, meaning: string, options?: KeyOptions) =>
  Type.Integer(leaf('int', value, meaning, options));

export const float = (value: number, meaning: string, options?: KeyOptions) =>
  Type.Number(leaf('float', value, meaning, options));

export const text = (value: string, meaning: string, options?: KeyOptions) =>
  Type.String(leaf('str', value, meaning, options));

/** A text whose choices are part of its TypeScript type; for keys that other code branches on. */
export const choice = <const T extends readonly string[]>(value: T[number], choices: T, meaning: string) =>
  Type.Unsafe<T[number]>(Type.String({ ...leaf('str', value, meaning, { choices }), enum: [...choices] }));

export const texts = (value: readonly string[], meaning: string, options?: KeyOptions) =>
  Type.Array(Type.String(), leaf('list', value, meaning, options));

export const ints = (value: readonly number[], meaning: string, options?: KeyOptions) =>
  Type.Array(Type.Integer(), leaf('list', value, meaning, options));

export const floats = (value: readonly number[], meaning: string, options?: KeyOptions) =>
  Type.Array(Type.Number(), leaf('list', value, meaning, options));

/** Tuple of numbers; `intTuple` where a fraction makes no sense. */
export const tuple = (value: readonly number[], meaning: string, options?: KeyOptions) =>
  Type.Array(Type.Number(), leaf('tuple', value, meaning, options));

export const intTuple = (value: readonly number[], meaning: string, options?: KeyOptions) =>
  Type.Array(Type.Integer(), leaf('tuple', value, meaning, options));

/** List with elements of any other schema, such as lists of lists. */
export const listOf = <T extends TSchema>(item: T, value: Static<T>[], meaning: string, options?: KeyOptions) =>
  Type.Array(item, leaf('list', value, meaning, options));

/** A value that is null until the user gives one. */
export const optional = <T extends TSchema>(type: T, meaning: string, options?: KeyOptions) =>
  Type.Union([type, Type.Null()], leaf('none', null, meaning, options));

/** Text or number of bytes. */
export const size = (value: string, meaning: string) =>
  Type.Union([Type.String(), Type.Number()], { ...leaf('str', value, meaning), also: 'int' });

/** A mapping whose keys are free; its values are not checked here. */
export const mapping = (meaning: string) => Type.Record(Type.String(), Type.Unknown(), leaf('dict', {}, meaning));

/** A part of the tree. Options given here hold for every key below that does not say otherwise. */
export const section = <T extends TProperties>(
  keys: T,
  options: Pick<KeyOptions, 'workflows' | 'ndim'> & { description?: string } = {},
): TObject<T> => Type.Object(keys, { additionalProperties: false, ...options });

/** Element types of the nested lists. */
export const Texts = Type.Array(Type.String());
export const Ints = Type.Array(Type.Integer());
export const Numbers = Type.Array(Type.Number());
export const Options = Type.Record(Type.String(), Type.Unknown());
export const ChannelOptions = Type.Record(Type.String(), Options);

function leaf(python: PythonType, value: unknown, description: string, options: KeyOptions = {}): KeyMetadata {
  return { python, default: value, description, ...options };
}
