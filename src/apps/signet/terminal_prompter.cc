#include "apps/signet/terminal_prompter.h"

#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "apps/signet/loopback_redirect.h"
#include "apps/signet/open_browser.h"
#include "apps/signet/output.h"
#include "base/text.h"
#include "base/url.h"
#include "client/in_app/page_text.h"
#include "http/form.h"

namespace signet::apps {
namespace {

using namespace client::in_app;

void show(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

/// Hides what is typed for as long as it lives.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_quiet_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (!is_quiet_) return;
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    show("\n");
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool is_quiet_ = false;
};

/// One line, byte by byte: a buffer of the library would keep a password.
Result<SecretText> read_line() {
  constexpr std::size_t kMaxBytes = 4096;
  std::string line;
  line.reserve(kMaxBytes);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) == 1) {
    if (byte == '\n') return SecretText(std::move(line));
    if (line.size() < kMaxBytes && byte != '\r') line.push_back(byte);
  }
  wipe(line.data(), line.size());
  return fail(ErrorCode::Unavailable, "The input has ended before the login was done.");
}

/// Is somebody there who has pressed Enter?
bool has_line() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::isatty(STDIN_FILENO) == 1 && ::poll(&input, 1, 0) > 0;
}

/// The query that the browser brings; nothing when the person ends the wait, or it has lasted too long.
Result<std::optional<std::string>> wait_for_browser(LoopbackRedirect& redirect) {
  constexpr Duration kGlance = milliseconds{200};
  const auto end = std::chrono::steady_clock::now() + kPersonsTime;
  while (std::chrono::steady_clock::now() < end) {
    auto query = redirect.wait(kGlance);
    if (query) return *std::move(query);
    if (query.error().code != ErrorCode::Timeout) return std::unexpected(std::move(query).error());
    if (!has_line()) continue;
    TRY(read_line());
    return std::nullopt;
  }
  return std::nullopt;
}

Result<SecretText> prompt(const std::string& question, bool is_secret = false) {
  std::optional<NoEcho> no_echo;
  if (is_secret) no_echo.emplace();  // before the question: who answers it at once is neither shown nor lost
  show(question);
  return read_line();
}

/// The number of one of `count` things; `fallback` when nothing is typed, 0 being no fallback.
Result<std::size_t> prompt_number(std::size_t count, std::size_t fallback) {
  const std::string question = fallback == 0 ? "Choose: " : fmt::format("Choose [{}]: ", fallback);
  for (;;) {
    TRY_ASSIGN(const SecretText typed, prompt(question));
    const auto number = parse_decimal(trim(typed.reveal()));
    if (number && *number >= 1 && *number <= count) return static_cast<std::size_t>(*number);
    if (trim(typed.reveal()).empty() && fallback != 0) return fallback;
    show(fmt::format("A number from 1 to {}, please.\n", count));
  }
}

Result<SecretText> prompt_select(const Field& field) {
  std::size_t selected = 1;
  for (std::size_t i = 0; i < field.options.size(); ++i) {
    show(fmt::format("  {}) {}\n", i + 1, make_printable(field.options[i].label)));
    if (field.options[i].selected) selected = i + 1;
  }
  TRY_ASSIGN(const std::size_t number, prompt_number(field.options.size(), selected));
  return SecretText(field.options[number - 1].value);
}

Result<SecretText> prompt_checkbox(const std::string& label, const Field& field) {
  TRY_ASSIGN(const SecretText typed, prompt(fmt::format("{} [{}]: ", label, field.checked ? "Y/n" : "y/N")));
  const std::string word = to_lower_ascii(trim(typed.reveal()));
  const bool is_set = word.empty() ? field.checked : word.starts_with('y');
  return SecretText(is_set ? "on" : "");
}

Result<SecretText> prompt_text(const std::string& label, const Field& field) {
  const bool is_secret = field.type == FieldType::Password;
  const std::string shown = is_secret || field.value.empty() ? "" : " [" + make_printable(field.value) + "]";
  for (;;) {
    TRY_ASSIGN(SecretText typed, prompt(label + shown + ": ", is_secret));
    if (!typed.empty()) return typed;
    if (!field.value.empty()) return SecretText(field.value);
    if (!field.required) return SecretText();
  }
}

Result<SecretText> prompt_field(const Field& field) {
  const std::string label = make_printable(field.label.empty() ? field.name : field.label);
  if (!field.help.empty()) show("  " + make_printable(field.help) + "\n");
  if (field.type == FieldType::Checkbox) return prompt_checkbox(label, field);
  if (field.type != FieldType::Select || field.options.empty()) return prompt_text(label, field);
  show(label + ":\n");
  return prompt_select(field);
}

/// The one that Enter takes: the page's own main one if it has something to fill in. Consent is never given by Enter.
std::size_t find_default(const std::vector<Choice>& choices) {
  const auto main = std::ranges::find_if(choices, [](const Choice& one) {
    return one.main && !one.dangerous && std::ranges::any_of(one.form.fields, &Field::is_asked);
  });
  return main == choices.end() ? 0 : static_cast<std::size_t>(main - choices.begin()) + 1;
}

Result<const Choice*> choose(const Choices& choices) {
  for (const auto& title : choices.impossible) {
    show("  -  " + make_printable(title) + " (needs a browser)\n");
  }
  std::size_t number = 0;
  for (const auto& choice : choices.possible) {
    const std::string text = choice.text.empty() ? "" : ": " + choice.text;
    show(fmt::format("  {}) {}\n", ++number, make_printable(choice.title + text)));
  }
  TRY_ASSIGN(const std::size_t chosen, prompt_number(number, find_default(choices.possible)));
  return &choices.possible[chosen - 1];
}

}  // namespace

Result<Answer> TerminalPrompter::ask(const Representation& page, const std::optional<Problem>& problem) {
  show(render_page_text(page, problem));
  const Choices choices = list_choices(page.actions);
  if (::isatty(STDIN_FILENO) != 1) {
    std::vector<std::string> names;
    for (const auto& choice : choices.possible) names.push_back(make_printable(choice.name));
    return fail(ErrorCode::Unavailable, "Nobody can be asked: name what to do with --choose and --answer.",
                "this page offers: " + join(names, ", "));
  }
  TRY_ASSIGN(const Choice* const choice, choose(choices));
  Answer answer{.form = choice->form, .address = choice->address};
  for (const auto& field : choice->form.fields) {
    if (!field.is_asked()) continue;
    TRY_ASSIGN(answer.values[field.name], prompt_field(field));
  }
  return answer;
}

Result<std::optional<Answer>> TerminalPrompter::wait(const Representation& page, Duration interval) {
  if (std::string text = render_page_text(page, std::nullopt); text != shown_) {
    show(text);
    shown_ = std::move(text);
  }
  std::this_thread::sleep_for(interval);
  return std::optional<Answer>();
}

Result<SecretText> TerminalPrompter::open_browser(const std::string& address) {
  TRY_ASSIGN(const auto redirect, LoopbackRedirect::listen(redirect_uri_));
  const std::string complete = with_query_parameter(address, "redirect_uri", redirect->uri());
  (void)::tcflush(STDIN_FILENO, TCIFLUSH);  // what was typed before is no answer to this
  send_to_browser("go on there", complete, opens_browser_);
  if (::isatty(STDIN_FILENO) == 1) show("Or press Enter to take another way.\n");
  TRY_ASSIGN(const auto query, wait_for_browser(*redirect));
  if (!query) return SecretText();
  const auto brought = http::Form::parse(*query);
  const auto nonce = brought ? brought->find("_resume_nonce") : std::nullopt;
  if (!nonce) return fail(ErrorCode::Malformed, "The browser did not bring back what the login goes on with.");
  return SecretText(std::string(*nonce));
}

}  // namespace signet::apps
