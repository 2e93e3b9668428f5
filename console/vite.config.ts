/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: "__STEPWELL_NONCE__" }, // the server puts a nonce of the answer there
  build: {
    outDir: "../src/stepwell/console/built",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy allows no data: URLs for scripts and fonts
    cssCodeSplit: false, // 11 KB in all: one file is there sooner than a dozen
    modulePreload: { polyfill: false }, // it would be an inline script
  },
  // `npm run dev` serves the page with hot reload; what it asks for goes to a `stepwell serve` on its usual port.
  server: {
    proxy: {
      "^/console/": "http://127.0.0.1:8083",
      "^/$": { target: "http://127.0.0.1:8083", bypass: (request) => (request.method === "POST" ? null : request.url) },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
