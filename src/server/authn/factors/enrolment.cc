#include "server/authn/factors/enrolment.h"

#include <algorithm>

#include "base/text.h"
#include "server/authn/factors/factor.h"
#include "server/authn/notices.h"

namespace signet::server::authn {
namespace {

constexpr std::size_t kMaxNameCharacters = 64;

void record(StepWork& work, std::string_view outcome, const store::FactorRecord& factor) {
  const Exchange& exchange = work.exchange;
  AuditEvent("factor", outcome)
      .client(exchange.client_id)
      .account(factor.account_id)
      .text("factor", factor.kind)
      .text("factor_id", factor.factor_id)
      .add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now);
}

}  // namespace

workflow::Field make_name_field(const workflow::Facts& facts) {
  return {.name = "name",
          .type = workflow::FieldType::Text,
          .label = text(facts, Text::FactorNameLabel),
          .max_length = kMaxNameCharacters,
          .help = text(facts, Text::FactorNameHelp)};
}

std::string find_typed_name(std::string_view typed) {
  const std::string_view name = trim(typed);
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  const auto characters = std::ranges::count_if(name, [](char c) { return (c & '\xc0') != '\x80'; });
  const bool is_name = name.size() <= 4 * kMaxNameCharacters && std::cmp_less_equal(characters, kMaxNameCharacters) &&
                       is_valid_utf8(name) && std::ranges::none_of(name, is_control);
  return is_name ? std::string(name) : std::string();
}

Task<Result<std::optional<workflow::Problem>>> add_factor(StepWork& work, store::FactorRecord factor,
                                                          Enrolment enrolment) {
  factor.account_id = work.account_id();
  factor.issuer = work.exchange.issuer.id();
  factor.created_at = work.exchange.now;
  CO_TRY_ASSIGN(const auto rows, co_await work.load_factors());
  const auto same = std::ranges::count(rows, factor.kind, &store::FactorRecord::kind);
  if (enrolment == Enrolment::Beside && std::cmp_greater_equal(same, kMostOfKind)) {
    co_return workflow::Problem{.type = "conflict", .text = text(work.facts, Text::TooManyFactors)};
  }
  record(work, "enrolled", factor);
  const Factor* its_factor = find_factor(factor.kind);
  const std::string title = its_factor == nullptr ? factor.kind : text(work.facts, title_of_set(*its_factor));
  CO_TRY(co_await add_notice(work, Notice::FactorAdded, title));
  if (enrolment == Enrolment::Beside) {
    (void)store::Factors::add_insert(work.changes, factor);
  } else {
    (void)store::Factors::add_replace(work.changes, factor);
  }
  co_return std::optional<workflow::Problem>();
}

void record_use(StepWork& work, const store::FactorRecord& factor) {
  record(work, "used", factor);
}

}  // namespace signet::server::authn
