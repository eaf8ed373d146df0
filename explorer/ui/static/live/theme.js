/** The page's colours and font, laid over figures that carry only data colours. */

const CLEAR = "rgba(0,0,0,0)";

/** Read Streamlit's theme variables where `host` stands; `known` is what they were. */
export function readTheme(host, known) {
  const style = getComputedStyle(host);
  const read = (name) => style.getPropertyValue(name);
  const key = ["--st-text-color", "--st-background-color"].map(read) + style.fontFamily;
  if (key === known?.key) return known; // what follows makes the browser start anew
  const probe = document.createElement("i");
  host.append(probe);
  const channels = (variable) => {
    probe.style.color = `var(${variable})`;
    return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  };
  const text = channels("--st-text-color");
  const ground = channels("--st-background-color");
  const font = style.fontFamily;
  probe.remove();
  // Mixed, not see-through: lines in 3-D know no opacity.
  const shade = (part) =>
    `rgb(${text.map((ink, i) => Math.round(part * ink + (1 - part) * ground[i]))})`;
  return {
    font,
    text: shade(0.92),
    muted: shade(0.66),
    line: shade(0.26),
    grid: shade(0.12),
    ground: shade(0),
    key, // two themes look the same iff equal
  };
}

/** Return the layout in the theme's colours; the figure's own sizes and texts stay. */
export function dress(layout, theme) {
  const dressed = {
    ...layout,
    autosize: true,
    paper_bgcolor: CLEAR,
    plot_bgcolor: CLEAR,
    font: { size: 12, ...layout.font, family: theme.font, color: theme.text },
    hoverlabel: {
      ...layout.hoverlabel,
      bgcolor: theme.ground,
      bordercolor: theme.line,
      font: { size: 12, family: theme.font, color: theme.text },
    },
    legend: { ...layout.legend, bgcolor: CLEAR },
    modebar: { bgcolor: CLEAR, color: theme.line, activecolor: theme.text },
  };
  for (const [name, part] of Object.entries(layout)) {
    if (/^[xy]axis\d*$/.test(name)) dressed[name] = dressAxis(part, theme);
    if (/^scene\d*$/.test(name)) dressed[name] = dressScene(part, theme);
  }
  return dressed;
}

function dressAxis(axis, theme) {
  return {
    ...axis,
    color: theme.text,
    gridcolor: theme.grid,
    zerolinecolor: theme.line,
    linecolor: theme.line,
    tickcolor: theme.line,
    tickfont: { ...axis.tickfont, color: theme.muted },
  };
}

function dressScene(scene, theme) {
  const dressed = { ...scene, bgcolor: CLEAR };
  for (const name of ["xaxis", "yaxis", "zaxis"]) {
    const axis = dressAxis(scene[name] ?? {}, theme);
    dressed[name] = { ...axis, gridcolor: theme.line, showbackground: false };
  }
  return dressed;
}
