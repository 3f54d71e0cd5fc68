import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { App } from "./App";

test("the page greets before the catalogue has come", () => {
  expect(renderToString(<App />)).toContain("Fernhill Goods");
});
