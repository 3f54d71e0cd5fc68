export default { build: { sourcemap: "hidden", outDir: "admin" } };
