// What the script of the page must keep. It is one script over several files: TypeScript knows what stands in which.
import js from "@eslint/js";

const PAGE = ["ackplan/render/page/*.js", "ackplan/render/board/*.js"];
const HTML = "Texts from outside must never become markup.";

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      complexity: ["error", 10],
      eqeqeq: "error",
      "max-len": ["error", 120],
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", 40],
      "max-params": ["error", 4],
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    files: PAGE,
    languageOptions: { sourceType: "script" },
    rules: {
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: HTML },
        { property: "outerHTML", message: HTML },
        { property: "insertAdjacentHTML", message: HTML },
        { object: "document", property: "write", message: HTML },
      ],
      "no-undef": "off",
      "no-unused-vars": ["error", { vars: "local" }],
      strict: ["error", "never"],
    },
  },
];
