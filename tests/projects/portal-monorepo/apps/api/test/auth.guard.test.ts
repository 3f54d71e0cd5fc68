import { expect, test } from "vitest";
import { AuthGuard } from "../src/auth.guard";

test("a request without a token is turned away", async () => {
  const guard = new AuthGuard({ getAllAndOverride: () => false } as never, {} as never);
  const context = { getHandler: () => 0, getClass: () => 0, switchToHttp: () => ({ getRequest: () => ({ headers: {} }) }) };

  await expect(guard.canActivate(context as never)).rejects.toThrow();
});
