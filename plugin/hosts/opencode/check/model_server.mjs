// A model that needs no network: speaks the streaming chat interface that OpenCode's compatible providers use, calls one
// tool, and then answers word by word.
import { createServer } from "node:http";

export class ModelServer {
  // `call` gives {name, arguments} by the names of the tools there are; it is made in the first step of a turn that has any. `answer` is
  // said in the next, its second half when `halfway` has resolved.
  constructor({ call, answer, halfway = async () => {} }) {
    this.call = call;
    this.answer = answer;
    this.halfway = halfway;
    this.requests = [];
    this.server = createServer((request, response) => this.serve(request, response));
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.server.address().port}/v1`;
  }

  async serve(request, response) {
    let body = "";
    for await (const chunk of request) body += chunk;
    const question = JSON.parse(body || "{}");
    this.requests.push(question);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for await (const choice of this.choices(question)) {
      response.write(`data: ${JSON.stringify(completion(question.model, choice))}\n\n`);
      // Each in a packet of its own, as from a model that thinks.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end("data: [DONE]\n\n");
  }

  async *choices(question) {
    const hasTools = question.tools?.length > 0; // a question for a title has none
    if (hasTools && question.messages.at(-1).role !== "tool") {
      const { name, arguments: given } = this.call(question.tools.map((tool) => tool.function.name));
      const call = { index: 0, id: `call_${name}`, type: "function", function: { name, arguments: JSON.stringify(given) } };
      yield { delta: { role: "assistant", tool_calls: [call] } };
      yield { delta: {}, finish_reason: "tool_calls" };
      return;
    }
    const words = this.answer.split(/(?<= )/);
    for (const [index, word] of words.entries()) {
      if (hasTools && index === words.length >> 1) await this.halfway();
      yield { delta: { role: "assistant", content: word } };
    }
    yield { delta: {}, finish_reason: "stop" };
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function completion(model, choice) {
  return {
    id: "completion",
    object: "chat.completion.chunk",
    created: 0,
    model,
    choices: [{ index: 0, finish_reason: null, ...choice }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}
