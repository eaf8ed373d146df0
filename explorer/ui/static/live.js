/**
 * The live picture: all moving charts of a page and their two sliders.
 *
 * Entry point of the component that explorer/ui/live.py registers. Streamlit calls
 * the default export with every new data; the drawn board is kept between the calls.
 */
let plotly;
const version = new URL(import.meta.url).search;
const PARTS =
  "board card chart dom drawing highlight motion push reveal select sliders tail theme";
const SHEETS = "board gradients unrolled portrait units text inside";
/** Make an element with some properties. */
const element = (tag, properties) =>
  Object.assign(document.createElement(tag), properties);

// Asked for all at once: each would wait for the one that imports it.
for (const part of PARTS.split(" ")) {
  const { href } = new URL(`live/${part}.js${version}`, import.meta.url);
  document.head.append(element("link", { rel: "modulepreload", href }));
}
loadPlotly().catch(() => {}); // a board asks again, and says what is missing
const sheets = SHEETS.split(" ").map(async (name) => {
  const answer = await fetch(new URL(`live/${name}.css${version}`, import.meta.url));
  return answer.text();
});
const { Board } = await import(`./live/board.js${version}`);
// Not part of the component: Streamlit would send them anew with each figure.
document.head.append(
  element("style", { textContent: (await Promise.all(sheets)).join("") }),
);

const boards = new WeakMap();
const decoder = new TextDecoder();

/** Fetch plotly.js once for the whole page. */
function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const src = new URL(`plotly.min.js${version}`, import.meta.url).href;
    const onload = () => resolve(window.Plotly);
    const onerror = () => {
      plotly = undefined; // the next page that needs it may try again
      reject(new Error("plotly.min.js could not be loaded"));
    };
    document.head.append(element("script", { src, onload, onerror }));
  });
  return plotly;
}

export default function draw({ data, parentElement, setStateValue }) {
  let board = boards.get(parentElement);
  if (!board) {
    board = new Board(parentElement.querySelector(".live-panels"), loadPlotly());
    boards.set(parentElement, board);
  }
  board.update(JSON.parse(decoder.decode(data)), setStateValue);
  return () => {
    // Streamlit also calls this for a call that newer data overtook: then it stays.
    if (parentElement.isConnected) return;
    boards.delete(parentElement);
    board.close();
  };
}
