#include "server/authn/steps/password.h"

#include "server/authn/facts.h"
#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

using workflow::Facts;
using workflow::FieldType;

workflow::Action login_action(const Facts& facts) {
  std::string username = fact::text(facts, fact::kUsername);
  if (username.empty()) username = fact::text(facts, fact::kLoginHint);
  return {.name = "login",
          .title = std::string(text(Text::LoginAction)),
          .main = true,
          .fields = {{.name = "username",
                      .type = FieldType::Username,
                      .label = std::string(text(Text::UsernameLabel)),
                      .value = std::move(username),
                      .autocomplete = "username",
                      .required = true,
                      .max_length = kMaxUsernameCharacters},
                     {.name = "password",
                      .type = FieldType::Password,
                      .label = std::string(text(Text::PasswordLabel)),
                      .autocomplete = "current-password",
                      .required = true,
                      .max_length = kMaxPasswordCharacters}}};
}

workflow::Representation show(const Facts& facts) {
  const std::string client = fact::text(facts, fact::kClientName);
  workflow::Representation page{.type = "authentication-step",
                                .title = std::string(text(Text::SignInTitle)),
                                .text = text(Text::SignInFor, {client}),
                                .party = workflow::Party{client, fact::text(facts, fact::kClientHost)}};
  if (fact::is_set(facts, fact::kReauthenticate)) {
    page.messages.push_back({workflow::MessageKind::Info, std::string(text(Text::ReauthenticateNote))});
  }
  page.actions.push_back(login_action(facts));
  page.actions.push_back({.name = "cancel", .title = std::string(text(Text::CancelAction))});
  return page;
}

workflow::Reaction on_submit(const Facts&, const workflow::Submission& submission) {
  if (submission.action == "cancel") return {.event = "cancel"};
  const std::string_view username = submission.field("username");
  const std::string_view password = submission.field("password");
  // Bytes are counted where the page counts characters: four of them are the longest UTF-8 form of one.
  const bool is_usable = !username.empty() && !password.empty() && username.size() <= 4 * kMaxUsernameCharacters &&
                         password.size() <= 4 * kMaxPasswordCharacters;
  if (!is_usable) {
    return {.facts = {{fact::kUsername, username.substr(0, username.size() > 512 ? 0 : username.size())}},
            .problem = workflow::Problem{.type = "invalid_input", .text = std::string(text(Text::EnterBoth))}};
  }
  return {.effect = workflow::CheckPassword{std::string(username), SecretText(std::string(password))}};
}

}  // namespace

workflow::Step password_step() {
  return {.name = "password", .show = show, .on_submit = on_submit};
}

}  // namespace signet::server::authn
