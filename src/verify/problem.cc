#include "verify/problem.h"

#include "base/json.h"
#include "http/message.h"
#include "oauth/core_rfc6749.h"

namespace signet::verify {

std::string render_problem(int status, const Error& error) {
  JsonWriter writer;
  writer.text("type", "about:blank").text("title", http::reason_phrase(status)).number("status", status);
  writer.text_if("detail", error.public_text.view()).text_if("error", oauth::wire_error(error.code).error);
  return std::move(writer).take();
}

}  // namespace signet::verify
