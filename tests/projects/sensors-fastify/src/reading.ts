export interface Reading {
  at: string;
  celsius: number;
}
