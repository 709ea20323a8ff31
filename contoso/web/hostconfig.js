// How Teams draws cards, as the renderer's HostConfig. Colours are the page's variables, so a theme needs no second one.

const FONT = '"Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif';

const colors = (highlight) => ({
  default: ink("--ink", "--ink-2", highlight),
  dark: ink("--ink", "--ink-2", highlight),
  light: ink("--ink-2", "--ink-2", highlight),
  accent: ink("--brand-ink", "--brand-ink", highlight),
  good: ink("--good", "--good", highlight),
  warning: ink("--warning", "--warning", highlight),
  attention: ink("--attention", "--attention", highlight),
});

const ink = (plain, subtle, highlight) => ({
  default: `var(${plain})`,
  subtle: `var(${subtle})`,
  highlightColors: { default: `var(${highlight})`, subtle: `var(${highlight})` },
});

const container = (background, border = background) => ({
  backgroundColor: `var(${background})`,
  borderColor: `var(${border})`,
  foregroundColors: colors("--highlight"),
});

export const HOST_CONFIG = {
  supportsInteractivity: true,
  spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: "var(--line)" },
  fontTypes: {
    default: {
      fontFamily: FONT,
      fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
      fontWeights: { lighter: 200, default: 400, bolder: 600 },
    },
    monospace: {
      fontFamily: '"Cascadia Mono", Consolas, Menlo, monospace',
      fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
      fontWeights: { lighter: 200, default: 400, bolder: 600 },
    },
  },
  textStyles: { heading: { size: "large", weight: "bolder" }, columnHeader: { weight: "bolder" } },
  textBlock: { headingLevel: 3 },
  imageSizes: { small: 32, medium: 52, large: 100 },
  imageSet: { imageSize: "medium", maxImageHeight: 100 },
  containerStyles: {
    default: container("--card"),
    emphasis: container("--card-emphasis"),
    accent: container("--card-accent"),
    good: container("--card-good"),
    warning: container("--card-warning"),
    attention: container("--card-attention"),
  },
  inputs: {
    label: {
      inputSpacing: "small",
      requiredInputs: { weight: "default", suffix: " *", suffixColor: "attention" },
      optionalInputs: { weight: "default" },
    },
    errorMessage: { size: "small", color: "attention", spacing: "small" },
    debounceTimeInMilliSeconds: 0,
  },
  factSet: {
    title: { weight: "bolder", wrap: true, maxWidth: 150 },
    value: { wrap: true },
    spacing: 12,
  },
  table: { cellSpacing: 8 },
  actions: {
    maxActions: 6,
    buttonSpacing: 8,
    spacing: "default",
    actionsOrientation: "horizontal",
    actionAlignment: "left",
    allowTitleToWrap: true,
    iconPlacement: "leftOfTitle",
    iconSize: 16,
    showCard: { actionMode: "inline", inlineTopMargin: 12, style: "emphasis" },
  },
  adaptiveCard: { allowCustomStyle: false },
  media: { allowInlinePlayback: false },
};
