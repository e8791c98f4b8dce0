#include "server/authn/steps/ends.h"

#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

workflow::Representation show_done(const workflow::Facts&) {
  return {.type = "finished",
          .title = std::string(text(Text::FinishedTitle)),
          .text = std::string(text(Text::FinishedText))};
}
workflow::Representation show_cancelled(const workflow::Facts&) {
  return {.type = "finished",
          .title = std::string(text(Text::CancelledTitle)),
          .text = std::string(text(Text::CancelledText))};
}

}  // namespace

workflow::Step done_step() {
  return {.name = "done", .show = show_done, .on_enter = [] {
            return std::optional<workflow::Effect>(workflow::FinishAuthorization{});
          }};
}

workflow::Step cancelled_step() {
  return {.name = "cancelled", .show = show_cancelled, .on_enter = [] {
            return std::optional<workflow::Effect>(workflow::RefuseAuthorization{});
          }};
}

}  // namespace signet::server::authn
