// Shows the socket's AsyncAPI document: each message with its fields and an example.
"use strict";

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function prose(name, text) {
  const parts = text.split("`").map((part, n) => (n % 2 ? element("code", part) : part));
  return element(name, "", ...parts);
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf || schema.oneOf;
  if (choices) return choices.map(typeOf).join(" | ");
  if (schema.type === "array" && schema.items && !Array.isArray(schema.items)) return `${typeOf(schema.items)}[]`;
  return [schema.type || "any", schema.format].filter(Boolean).join(", ");
}

function fields(schema, schemas, prefix, found) {
  const required = schema.required || [];
  for (const [name, field] of Object.entries(schema.properties || {})) {
    found.push([prefix + name, typeOf(field), required.includes(name) ? "" : "optional", field.description || ""]);
    if (name === "data" && field.$ref) fields(schemas[typeOf(field)] || {}, schemas, "data.", found);
  }
  return found;
}

function table(headings, rows) {
  const body = rows.map((row) => element("tr", "", ...row.map((cell, n) =>
    n < 2 ? element("td", "", element("code", String(cell))) : prose("td", String(cell)))));
  return element("table", "", element("tr", "", ...headings.map((text) => element("th", text))), ...body);
}

function article(message, schemas) {
  const made = element("article", "", element("h3", message.name || message.title), prose("p", message.summary || ""));
  made.id = message.title;
  const schema = message.payload.$ref ? schemas[typeOf(message.payload)] : message.payload;
  const rows = fields(schema, schemas, "", []);
  if (rows.length) made.append(table(["field", "type", "", ""], rows));
  for (const example of message.examples || []) {
    made.append(element("pre", JSON.stringify(example.payload, null, 2)));
  }
  return made;
}

function show(made) {
  document.getElementById("title").textContent = made.info.title;
  document.getElementById("description").replaceWith(prose("p", made.info.description));
  const contents = document.getElementById("contents");
  const place = document.getElementById("messages");
  const groups = new Map();
  for (const message of Object.values(made.components.messages)) {
    const group = message.tags && message.tags.length ? message.tags[0].name : "other";
    groups.set(group, [...(groups.get(group) || []), message]);
  }
  for (const [group, messages] of groups) {
    const heading = element("h2", group);
    heading.id = group;
    const link = element("a", group);
    link.href = `#${group}`;
    contents.append(link);
    place.append(heading, ...messages.map((message) => article(message, made.components.schemas)));
  }
  const codes = made.channels.live["x-close-codes"] || [];
  place.append(element("h2", "close codes"), table(["code", "cause", "cure"], codes.map((one) => [one.code, one.cause, one.cure])));
}

fetch("/docs/asyncapi.json").then((answer) => answer.json()).then(show);
