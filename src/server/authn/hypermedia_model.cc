#include "server/authn/hypermedia_model.h"

#include <algorithm>

namespace signet::server::authn {
namespace {

using workflow::Action;
using workflow::Field;
using workflow::FieldType;
using workflow::Group;
using workflow::MessageKind;
using workflow::Representation;

void set(json::object& object, std::string_view name, std::string_view value) {
  if (!value.empty()) object[name] = value;
}
void set(json::object& object, std::string_view name, bool value) {
  if (value) object[name] = true;
}
void set(json::object& object, std::string_view name, std::size_t value) {
  if (value != 0) object[name] = value;
}

json::array render_options(const std::vector<Field::Option>& options) {
  json::array out;
  for (const auto& option : options) {
    json::object one{{"label", option.label}, {"value", option.value}};
    set(one, "selected", option.selected);
    out.push_back(std::move(one));
  }
  return out;
}

json::object render_field(const Field& field) {
  json::object out{{"name", field.name}, {"type", workflow::name_of(field.type)}};
  set(out, "label", field.label);
  if (field.type == FieldType::Hidden) {
    out["value"] = field.value;
  } else {
    set(out, "value", field.value);
  }
  // The media type has kinds of texts alone.
  if (field.type == FieldType::Text) set(out, "kind", field.kind);
  set(out, "placeholder", field.placeholder);
  set(out, "autocomplete", field.autocomplete);
  set(out, "help", field.help);
  set(out, "minLength", field.min_length);
  set(out, "maxLength", field.max_length);
  set(out, "required", field.required);
  set(out, "checked", field.checked);
  set(out, "readonly", field.readonly);
  if (field.type == FieldType::Select) out["options"] = render_options(field.options);
  return out;
}

std::string_view kind_of(const Action& action) {
  return action.kind.empty() ? action.name : action.kind;
}

json::object render_form_model(const Action& action) {
  json::array fields;
  for (const auto& field : action.fields) fields.push_back(render_field(field));
  json::object model{{"href", action.href}, {"method", action.method}, {"type", "application/x-www-form-urlencoded"}};
  set(model, "actionTitle", action.title);
  model["fields"] = std::move(fields);
  return model;
}

json::object render_action_properties(const Action& action) {
  json::object out{{"name", action.name}};
  if (action.kind == workflow::kSelectKind) out["authenticatorType"] = action.name;
  set(out, "text", action.text);
  set(out, "main", action.main);
  set(out, "dangerous", action.dangerous);
  return out;
}

/// The options of a WebAuthn ceremony stand under the word that tells which ceremony they are for.
json::object render_arguments(const workflow::ClientOperation& operation) {
  if (!operation.arguments.contains("publicKey")) return operation.arguments;
  const bool enrols = operation.name == "webauthn-registration";
  return {{enrols ? "credentialCreationOptions" : "credentialRequestOptions", operation.arguments}};
}

json::object render_operation(const Action& action, json::array fallbacks) {
  json::object model{{"name", action.operation->name}, {"arguments", render_arguments(*action.operation)}};
  model["continueActions"] = json::array{render_form(action)};
  model["errorActions"] = std::move(fallbacks);
  json::object out{{"template", "client-operation"}, {"kind", kind_of(action)}};
  set(out, "title", action.title);
  out["properties"] = render_action_properties(action);
  out["model"] = std::move(model);
  return out;
}

bool is_external_browser(const Action& action) {
  return action.operation && action.operation->name == workflow::kExternalBrowserFlow;
}

bool is_performed_by_app(const Action& action) {
  return action.operation && !is_external_browser(action);
}

/// What an app does that cannot perform an operation: the one that every app can, if the page has it.
json::array render_fallbacks(const Action& failed, const std::vector<Action>& offered) {
  json::array out;
  if (is_external_browser(failed)) return out;
  for (const auto& action : offered) {
    if (is_external_browser(action)) out.push_back(render_operation(action, {}));
  }
  return out;
}

json::object render_action(const Action& action, const std::vector<Action>& offered) {
  if (!action.operation) return render_form(action);
  return render_operation(action, render_fallbacks(action, offered));
}

json::array render_item_actions(const Group::Item& item, bool is_titled_with_item) {
  json::array out;
  for (Action action : item.actions) {
    if (is_titled_with_item) action.title += ": " + item.title;
    out.push_back(render_action(action, item.actions));
  }
  return out;
}

json::array render_groups(const std::vector<Group>& groups) {
  json::array out;
  for (const auto& group : groups) {
    json::array items;
    for (const auto& item : group.items) {
      json::object one{{"title", item.title}};
      set(one, "text", item.text);
      one["actions"] = render_item_actions(item, false);
      items.push_back(std::move(one));
    }
    json::object one{{"name", group.name}, {"title", group.title}, {"items", std::move(items)}};
    set(one, "empty", group.empty);
    out.push_back(std::move(one));
  }
  return out;
}

void add_message(json::array& messages, std::string_view text, MessageKind kind) {
  if (!text.empty()) messages.push_back(render_message(text, kind));
}

void add_group(json::array& messages, const Group& group) {
  add_message(messages, group.title, MessageKind::Heading);
  if (group.items.empty()) add_message(messages, group.empty, MessageKind::Info);
  for (const auto& item : group.items) {
    add_message(messages, item.text.empty() ? item.title : item.title + ": " + item.text, MessageKind::Info);
  }
}

}  // namespace

json::object render_message(std::string_view text, MessageKind kind) {
  return {{"text", text}, {"classList", json::array{workflow::name_of(kind)}}};
}

json::object render_link(std::string_view href, std::string_view rel) {
  return {{"href", href}, {"rel", rel}};
}

json::object render_form(const Action& action) {
  json::object out{{"template", "form"}, {"kind", kind_of(action)}};
  set(out, "title", action.title);
  out["properties"] = render_action_properties(action);
  out["model"] = render_form_model(action);
  return out;
}

json::array render_messages(const Representation& page) {
  json::array out;
  add_message(out, page.title, MessageKind::Heading);
  if (page.problem) add_message(out, page.problem->text, MessageKind::Error);
  add_message(out, page.text, MessageKind::Info);
  if (page.party) {
    const std::string host = page.party->host.empty() ? "" : " (" + page.party->host + ")";
    add_message(out, page.party->name + host, MessageKind::Info);
  }
  add_message(out, page.account, MessageKind::UserName);
  for (const auto& message : page.messages) add_message(out, message.text, message.kind);
  for (const auto& group : page.groups) add_group(out, group);
  return out;
}

json::array render_actions(const Representation& page) {
  json::array out;
  json::array options;
  std::optional<std::size_t> selector;  // where the first alternative stands
  const bool has_fallback = std::ranges::any_of(page.actions, is_performed_by_app);
  for (const auto& action : page.actions) {
    if (has_fallback && is_external_browser(action)) continue;  // it stands with what it stands in for
    if (action.kind == workflow::kSelectKind) {
      if (!selector) selector = out.size();
      options.push_back(render_action(action, page.actions));
    } else {
      out.push_back(render_action(action, page.actions));
    }
  }
  if (selector) {
    json::object one{{"template", "selector"}, {"kind", "authenticator-selector"}};
    set(one, "title", page.title);
    one["model"] = json::object{{"options", std::move(options)}};
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(*selector), std::move(one));
  }
  for (const auto& group : page.groups) {
    for (const auto& item : group.items) {
      for (auto& action : render_item_actions(item, true)) out.push_back(std::move(action));
    }
  }
  return out;
}

json::array render_links(const std::vector<workflow::Link>& links) {
  json::array out;
  for (const auto& link : links) {
    json::object one = render_link(link.href, link.rel);
    set(one, "title", link.title);
    set(one, "type", link.type);
    out.push_back(std::move(one));
  }
  return out;
}

json::object render_properties(const Representation& page) {
  json::object out;
  if (page.polling) {
    out["status"] = page.polling->status;
    set(out, "recipientOfCommunication", page.polling->recipient);
    out["maxWaitRemainingTime"] = std::chrono::ceil<seconds>(page.polling->remaining).count();
    out["interval"] = page.polling->interval.count();
  }
  if (!page.groups.empty()) out["groups"] = render_groups(page.groups);
  return out;
}

}  // namespace signet::server::authn
