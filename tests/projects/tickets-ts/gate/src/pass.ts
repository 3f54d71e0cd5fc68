export interface Pass {
  id: string;
  holder: import("node:events").EventEmitter["on"];
}
