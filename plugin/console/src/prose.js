// Message text: fenced code and inline code stand out, all else is shown as it was written.
import { element } from "./dom.js";

const kFence = /```([^\n`]*)\n([\s\S]*?)(?:\n```|$)/g;
const kInlineCode = /`([^`\n]+)`/g;

export function prose(text) {
  const fragment = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(kFence)) {
    paragraph(fragment, text.slice(end, match.index));
    fragment.append(element("pre", { "data-language": match[1].trim() || null, tabindex: 0 }, element("code", {}, match[2])));
    end = match.index + match[0].length;
  }
  paragraph(fragment, text.slice(end));
  return fragment;
}

function paragraph(fragment, text) {
  const trimmed = text.replace(/^\n+|\n+$/g, "");
  if (trimmed === "") return;
  const node = element("p");
  let end = 0;
  for (const match of trimmed.matchAll(kInlineCode)) {
    node.append(trimmed.slice(end, match.index), element("code", {}, match[1]));
    end = match.index + match[0].length;
  }
  node.append(trimmed.slice(end));
  fragment.append(node);
}
