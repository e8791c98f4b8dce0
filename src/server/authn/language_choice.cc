#include "server/authn/language_choice.h"

#include "server/authn/browser.h"
#include "server/authn/page.h"
#include "server/authn/presentation.h"

namespace signet::server::authn {

Task<Result<http::Response>> take_language(Exchange& exchange, Interaction interaction,
                                           const workflow::Submission& submission) {
  workflow::Facts& facts = interaction.instance.facts;
  const Language* const language = theme_of(exchange, facts).find_language(submission.field("language"));
  if (language == nullptr) co_return fail(ErrorCode::InvalidRequest, "The field language names none of the pages.");
  facts[fact::kLocale] = language->tag();
  facts[fact::kLastSeen] = to_unix_millis(exchange.now);
  sql::Batch batch;
  // A step that was faster has a page of its own by now, which then is in the language from before.
  (void)add_restate(batch, interaction, exchange.now);
  CO_TRY(co_await exchange.context.database.write(std::move(batch)));
  http::Response response = make_redirect(exchange, address_of(exchange, interaction.handle));
  set_language_cookie(exchange, response, language->tag());
  co_return response;
}

}  // namespace signet::server::authn
