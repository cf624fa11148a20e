export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // As the standard and every formatter write it.
    "doctype-style": ["error", { style: "lowercase" }],
  },
};
