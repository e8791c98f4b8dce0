#include "apps/signet/file_authenticator.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "apps/signet/private_file.h"
#include "base/json.h"
#include "crypto/one_time_password.h"

namespace signet::apps {
namespace {

using namespace client::in_app;

constexpr std::string_view kKey = "key";
constexpr std::string_view kLastStep = "last_step";

Result<void> save(const std::string& path, const SecretBytes& key, std::uint64_t last_step) {
  const json::object file{{kKey, encode_base64url(key.reveal())}, {kLastStep, last_step}};
  return save_private_file(path, SecretText(render_json(file)));
}

/// The address with the key, on a page that sets up an app.
const Link* find_activation(const Representation& page) {
  const auto found =
      std::ranges::find_if(page.links, [](const Link& link) { return link.href.starts_with("otpauth:"); });
  return found == page.links.end() ? nullptr : &*found;
}

const Field* find_code_field(const Action& form) {
  const auto found = std::ranges::find(form.fields, "one-time-code", &Field::autocomplete);
  return found == form.fields.end() ? nullptr : &*found;
}

}  // namespace

Result<SecretText> FileAuthenticator::next_code() {
  TRY_ASSIGN(const SecretText text, load_private_file(path_, "The authenticator file is missing."));
  TRY_ASSIGN(const json::object file, parse_json_object(text.reveal()));
  auto bytes = decode_base64url(peek_string(file, kKey));
  if (!bytes || bytes->empty()) return fail(ErrorCode::Malformed, "The authenticator file has no key.", path_);
  const SecretBytes key(*std::move(bytes));
  const auto* const last = file.if_contains(kLastStep);
  // Servers take a code once, and that of the next half minute already. Spec: RFC6238-5.2
  std::uint64_t step = crypto::totp_step_at(clock_.now());
  if (last != nullptr && last->is_int64()) step = std::max(step, static_cast<std::uint64_t>(last->get_int64()) + 1);
  while (step > crypto::totp_step_at(clock_.now()) + 1) std::this_thread::sleep_for(seconds{1});
  TRY(save(path_, key, step));
  return SecretText(crypto::make_hotp(key, step));
}

Result<Answer> FileAuthenticator::ask(const Representation& page, const std::optional<Problem>& problem) {
  const Choices choices = list_choices(page.actions);
  const auto choice =
      std::ranges::find_if(choices.possible, [](const Choice& one) { return find_code_field(one.form) != nullptr; });
  // A code that was refused is not tried again.
  if (choice == choices.possible.end() || problem) return otherwise_.ask(page, problem);
  if (const Link* const activation = find_activation(page)) {
    TRY_ASSIGN(const SecretBytes key, crypto::parse_otpauth_uri(activation->href));
    TRY(save(path_, key, 0));
  } else if (::access(path_.c_str(), F_OK) != 0) {
    return otherwise_.ask(page, problem);
  }
  Answer answer{.form = choice->form};
  TRY_ASSIGN(answer.values[find_code_field(choice->form)->name], next_code());
  return answer;
}

}  // namespace signet::apps
