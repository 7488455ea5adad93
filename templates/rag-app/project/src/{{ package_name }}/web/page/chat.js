// The chat page: asks, shows each sentence as it comes, opens sources, sends ratings. No library, no build step.
// Text from the service is only ever set as text, never as HTML: what stands in a document cannot become a script.

const $ = (selector, inside = document) => inside.querySelector(selector);
const form = $(".ask");
const box = $("#question");
const panel = $(".panel");
let running = null; // the AbortController of the answer that is being written
let opener = null; // the link that opened the panel: focus goes back to it

/** What went wrong, in words for the person. */
class Plain extends Error {}

/** Make an element with attributes and children; a string becomes text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Yield [name, data] for every server-sent event of an answer. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const [, name, data] = block.match(/^event: (.*)\ndata: (.*)$/) ?? [];
      if (name) yield [name, JSON.parse(data)]; // anything else keeps a connection alive
    }
  }
}

/** Fetch something; a refusal becomes an error with the service's own sentence. */
async function get(path, options) {
  const response = await fetch(path, options).catch((error) => {
    throw error.name === "AbortError" ? error : new Plain("The service cannot be reached. Is it still running?");
  });
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({})); // a proxy says it in HTML
  throw new Plain(answer.detail ?? `The service answered with an error (${response.status}).`);
}

/** Send JSON. */
function post(path, body, signal) {
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  return get(path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

/** Ask, and write the answer below the question. */
async function ask(question) {
  $(".welcome").hidden = true;
  const turn = $("#turn").content.cloneNode(true).firstElementChild;
  $(".question", turn).textContent = question;
  $(".turns").append(turn);
  turn.scrollIntoView({ block: "start" });
  await answer(turn, question);
}

/** Fill one turn with the answer to its question. */
async function answer(turn, question) {
  let sources = [];
  let finished = false;
  const cited = new Set();
  running = new AbortController();
  busy(true);
  try {
    for await (const [name, data] of events(await post("/ask", { question }, running.signal))) {
      if (name === "sources") {
        sources = data.sources;
        $(".step", turn).textContent = `Reading ${count(sources.length, "passage")}`;
      } else if (name === "sentence") {
        $(".waiting", turn).hidden = true;
        data.sources.forEach((number) => cited.add(number));
        $(".text", turn).append(sentence(data, sources), " ");
      } else if (name === "done") {
        finished = true;
        finish(turn, data, sources, cited);
      } else if (name === "error") {
        throw new Plain(data.detail);
      }
    }
    if (!finished) throw new Error("the stream ended early");
  } catch (error) {
    fail(turn, question, error);
  } finally {
    running = null;
    busy(false);
  }
}

/** Make one sentence, followed by the numbers of its sources. */
function sentence(data, sources) {
  const [, begin, end] = data.text.match(/^(.*?)(\S*)$/s);
  const last = make("span", { class: "last" }, end);
  for (const number of data.sources) {
    const source = sources.find((one) => one.number === number);
    const label = `Source ${number}: ${source.title}`;
    const link = make("a", { class: "cite", href: source.url, "aria-label": label, title: source.title }, String(number));
    opens(link, source, data.text);
    last.append(link);
  }
  const element = make("span", { class: data.marked ? "sentence marked" : "sentence" }, begin, last);
  element.dataset.text = data.text;
  element.dataset.sources = data.sources.join(" ");
  return element;
}

/** Show what belongs under a complete answer: its sources, who wrote it, and the thumbs. */
function finish(turn, data, sources, cited) {
  $(".waiting", turn).hidden = true;
  turn.classList.toggle("absent", data.abstained);
  turn.classList.toggle("closest", !data.abstained && !data.clear);
  if (data.abstained) {
    $(".text", turn).textContent = data.message;
  } else {
    const kept = data.refused ? `${count(data.refused, "sentence")} left out: no source carries it.` : "";
    $(".remark", turn).textContent = [data.message, kept].filter(Boolean).join(" ");
    $(".remark", turn).hidden = !data.message && !kept;
  }
  const used = sources.filter((source) => cited.has(source.number));
  const rest = sources.filter((source) => !cited.has(source.number));
  $(".cited", turn).append(...used.map((source) => listed(turn, source)));
  $(".read", turn).append(...rest.map((source) => listed(turn, source)));
  $("h3", turn).hidden = data.abstained;
  $("summary", turn).textContent = data.abstained ? "What came closest" : `${count(rest.length, "more passage")} read, not cited`;
  $("details", turn).hidden = rest.length === 0;
  $(".sources", turn).hidden = sources.length === 0;

  const writer = data.model === "extractive" ? "Quoted from the documents" : `Written by ${data.model.replace(/^\w+:/, "")}`;
  const time = data.milliseconds < 1000 ? `${Math.round(data.milliseconds)} ms` : `${(data.milliseconds / 1000).toFixed(1)} s`;
  const cost = data.usd ? `$${data.usd.toFixed(4)}` : "";
  $(".facts", turn).textContent = [data.abstained ? "" : writer, time, cost].filter(Boolean).join(" · ");
  $(".rate", turn).hidden = data.answer_id === null;
  $(".after", turn).hidden = false;
  rating(turn, data.answer_id);
  say(data.abstained ? "No answer: not in the documents." : !data.clear ? data.message : `The answer is complete. It has ${count(used.length, "source")}.`);
}

/** Make one line of the list of sources; pointing at it lights the sentences that it carries. */
function listed(turn, source) {
  const name = make("span", {}, make("span", { dir: "auto" }, source.title));
  const where = below(source.title, source.heading);
  if (where) name.append(" ", make("span", { class: "where", dir: "auto" }, where));
  const link = make("a", { class: "source", href: source.url }, make("span", { class: "number" }, String(source.number)), name);
  const carried = [...turn.querySelectorAll(".sentence")].filter((one) => one.dataset.sources.split(" ").includes(String(source.number)));
  const light = (on) => carried.forEach((one) => one.classList.toggle("lit", on));
  for (const type of ["mouseenter", "focus"]) link.addEventListener(type, () => light(true));
  for (const type of ["mouseleave", "blur"]) link.addEventListener(type, () => light(false));
  opens(link, source, ...carried.map((one) => one.dataset.text));
  return make("li", {}, link);
}

/** Say where under its title a passage stands: "Membership > Fees > Students" becomes "Fees › Students". */
function below(title, heading) {
  const steps = heading.split(" > ");
  return (steps[0] === title ? steps.slice(1) : steps).join(" › ");
}

/** Let a link open its source in the panel; with a modifier key it stays an ordinary link. */
function opens(link, source, ...quotes) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link, source, quotes);
  });
}

/** Show the page of a source in the panel, at the passage, with the quoted sentences marked. */
async function open(link, source, quotes) {
  let page;
  try {
    page = await (await get(source.url.split("#")[0], { headers: { Accept: "application/json" } })).json();
  } catch (error) {
    page = { title: source.title, passages: [{ anchor: "", heading: "", text: reason(error) }] };
  }
  const here = source.url.split("#")[1];
  $("#panel-title").textContent = page.title;
  $(".whole").href = source.url;
  $(".passages").replaceChildren(...page.passages.map((one) => passage(page, one, one.anchor === here ? quotes : null)));
  opener?.removeAttribute("aria-current");
  opener = link;
  link.setAttribute("aria-current", "true");
  panel.hidden = false;
  cover();
  $("#panel-title").focus({ preventScroll: true });
  ($(".here mark") ?? $(".here"))?.scrollIntoView({ block: "center" });
}

/** Make one passage of a page; in the one that is cited, what was quoted is marked. */
function passage(page, one, quotes) {
  const lines = one.text.split("\n").map((line) => {
    if (line.startsWith("## ")) return make("h3", { dir: "auto" }, line.slice(3)); // a passage of several sections
    if (one.orders?.includes(line)) return make("p", { dir: "auto", class: "order", title: "This line speaks to a program. No answer quotes it or follows it." }, line);
    return make("p", { dir: "auto" }, ...(quotes ? marked(line, quotes) : [line]));
  });
  const element = make("section", { class: quotes ? "passage here" : "passage" }, ...lines);
  const where = below(page.title, one.heading);
  if (where) element.prepend(make("h3", { dir: "auto" }, where));
  if (quotes) element.setAttribute("aria-current", "true");
  return element;
}

/** Mark the sentences of which a quote has nearly every word: it may have added the heads of a table. */
function marked(line, quotes) {
  const words = (piece) => piece.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const said = quotes.map((quote) => new Set(words(quote)));
  return line.split(/((?<=[.!?]["')\]]*)\s+)/).map((piece) => {
    const found = words(piece);
    const quoted = said.some((quote) => found.filter((word) => quote.has(word)).length > 0.8 * found.length);
    return found.length > 1 && quoted ? make("mark", {}, piece) : piece;
  });
}

function close() {
  panel.hidden = true;
  cover();
  opener?.removeAttribute("aria-current");
  opener?.focus();
}

/** On a narrow screen the panel covers the chat: what cannot be seen cannot be reached by the Tab key either. */
function cover() {
  $(".chat").inert = !panel.hidden && matchMedia("(max-width: 60rem)").matches;
}

/** Let a person say whether the answer helped, and then why. */
function rating(turn, answerId) {
  const comment = $(".comment", turn);
  const thanks = $(".thanks", turn);
  let helpful = null;
  const send = async (text, then) => {
    try {
      await post("/feedback", { answer_id: answerId, helpful, comment: text });
      then();
    } catch (error) {
      thanks.textContent = reason(error);
    }
  };
  for (const button of turn.querySelectorAll(".rate button")) {
    button.addEventListener("click", () => {
      helpful = button.value === "yes";
      send("", () => {
        for (const one of turn.querySelectorAll(".rate button")) one.setAttribute("aria-pressed", String(one === button));
        comment.hidden = false;
        thanks.textContent = "Thank you.";
      });
    });
  }
  comment.addEventListener("submit", (event) => {
    event.preventDefault();
    send($("textarea", comment).value, () => {
      comment.hidden = true;
      thanks.textContent = "Thank you, your words are kept with the answer.";
    });
  });
}

/** Say what went wrong in place of the answer, and offer to try again. */
function fail(turn, question, error) {
  $(".waiting", turn).hidden = true;
  $(".failure", turn).hidden = false;
  $(".failure p", turn).textContent = reason(error);
  $(".failure", turn).classList.toggle("wanted", error.name === "AbortError");
  $(".retry", turn).onclick = () => {
    const again = $("#turn").content.cloneNode(true).firstElementChild;
    $(".question", again).textContent = question;
    turn.replaceWith(again);
    box.focus();
    answer(again, question);
  };
}

function reason(error) {
  if (error.name === "AbortError") return "Stopped.";
  return error instanceof Plain ? error.message : "The answer was cut off.";
}

function busy(on) {
  $(".send").hidden = on;
  $(".stop").hidden = !on;
}

function say(text) {
  $("#status").textContent = text;
}

function count(n, noun) {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = box.value.trim();
  if (!question || running) return;
  box.value = "";
  ask(question);
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

$(".stop").addEventListener("click", () => {
  running?.abort();
  box.focus();
});
$(".close").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden) close();
});
matchMedia("(max-width: 60rem)").addEventListener("change", cover);

try {
  const about = await (await get("/about")).json();
  box.maxLength = about.max_question_chars ?? -1;
  for (const example of about.examples ?? []) {
    const button = make("button", { type: "button", dir: "auto" }, example);
    button.addEventListener("click", () => {
      box.focus();
      ask(example);
    });
    $(".examples ul").append(make("li", {}, button));
    $(".examples").hidden = false;
  }
} catch (error) {
  say(reason(error));
}
