// Whatever a server sends as a step of a login: it is refused, or every choice it offers is a form that can be sent or
// refused, and its text cannot drive a terminal.

#include <algorithm>

#include "client/in_app/choices.h"
#include "client/in_app/page_text.h"
#include "client/in_app/submission.h"
#include "require.h"

namespace {

using namespace signet;
using namespace signet::client::in_app;

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
}

void check(const Representation& page, const std::optional<Problem>& problem) {
  fuzz::require(std::ranges::none_of(render_page_text(page, problem), is_control));
  for (const Choice& choice : list_choices(page.actions).possible) {
    const auto request = make_submission({.form = choice.form});
    fuzz::require(!request || request->method == "GET" || request->method == "POST" || request->method == "PUT");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  if (const auto page = parse_representation(text, "https://as.example/login")) check(*page, std::nullopt);
  if (const auto problem = parse_problem(text, "https://as.example/login")) check(problem->page, *problem);
  return 0;
}
