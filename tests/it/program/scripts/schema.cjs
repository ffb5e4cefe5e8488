// What VS Code's own JSON service makes of documents by a schema. Standard input: {"schema": …, "documents": [{"text",
// "at"}]}, where `at` is a place to complete and to hover over, or -1. Standard output: for each document its marks
// (the text that is marked, and the message), what is offered, and what is told.
const { getLanguageService, TextDocument } = require("vscode-json-languageservice");

async function looked(service, { text, at }) {
  const document = TextDocument.create("file:///it.json", "json", 1, text);
  const parsed = service.parseJSONDocument(document);
  const found = await service.doValidation(document, parsed, { schemaValidation: "error" });
  const marks = found.map((one) => [document.getText(one.range), one.message]);
  if (at < 0) return { marks, offered: [], told: "" };
  const place = document.positionAt(at);
  const offered = (await service.doComplete(document, place, parsed)).items;
  const hover = await service.doHover(document, place, parsed);
  return {
    marks,
    offered: offered.map((one) => [one.label, String(one.documentation?.value ?? one.documentation ?? "")]),
    told: [hover?.contents ?? []].flat().map((part) => part.value ?? part).join("\n").replaceAll("\\", ""),
  };
}

async function main() {
  const { schema, documents } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const service = getLanguageService({
    // Where a document names its schema, that is it.
    schemaRequestService: async () => JSON.stringify(schema),
    workspaceContext: { resolveRelativePath: (path, from) => new URL(path, from).href },
  });
  service.configure({ validate: true, schemas: [{ uri: "file:///schema.json", fileMatch: ["*.json"], schema }] });
  const answers = [];
  for (const document of documents) answers.push(await looked(service, document));
  console.log(JSON.stringify(answers));
}

main();
