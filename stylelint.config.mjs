export default {
  extends: ["stylelint-config-recommended"],
  reportDescriptionlessDisables: true,
  reportNeedlessDisables: true,
  rules: {
    // Nested rules belong to one part of the page each; comparing them across parts says nothing.
    "no-descending-specificity": null,
  },
};
