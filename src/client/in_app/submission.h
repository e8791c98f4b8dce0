#pragma once
// A filled-in form as the request that sends it.

#include <map>
#include <string>

#include "base/secret.h"
#include "client/client.h"
#include "client/in_app/representation.h"

namespace signet::client::in_app {

/// What a person answered: the form to send, and a value for each field that was filled in. A checkbox is set by any
/// value but the empty one.
struct Answer {
  Action form;
  std::map<std::string, SecretText, std::less<>> values = {};
  /// Of the choice (Choice::address). What the browser brings back from there goes into the form's Context field.
  std::string address = {};
};

/// Hidden and read-only fields keep what the server gave them; values of names that the form does not have are left
/// out. Fails: Malformed (not a form, a method other than GET, POST and PUT, a media type other than form and JSON)
[[nodiscard]] Result<ApiRequest> make_submission(const Answer& answer);

}  // namespace signet::client::in_app
