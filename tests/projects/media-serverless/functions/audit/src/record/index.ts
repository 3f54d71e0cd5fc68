import { folder } from "../lib/folder";

export default {
  handler: `${folder(__dirname)}/handler.main`,
  timeout: 10,
  events: [{ schedule: "rate(1 day)" }],
};
