/** What a bench gives back: its figures, kept as NAME.json, and charts, kept as SVG by their names. */
export interface Result {
  readonly figures: object;
  readonly charts?: Readonly<Record<string, string>>;
}
