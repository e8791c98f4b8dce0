#include "server/authn/qr.h"

#include <fmt/compile.h>
#include <qrcodegen/qrcodegen.h>

#include <algorithm>
#include <array>

namespace signet::server::authn {
namespace {

constexpr std::size_t kMostBytes = 300;
constexpr int kLargest = 11;   // the version that holds as much at the lowest level of correction
constexpr int kQuietZone = 4;  // modules on each side (ISO/IEC 18004)
/// Every reader knows every mask. To find the prettiest of the eight costs ten times what the code itself does.
constexpr auto kMask = qrcodegen_Mask_0;

using Modules = std::array<std::uint8_t, qrcodegen_BUFFER_LEN_FOR_VERSION(kLargest)>;

/// The dark runs of one row as strokes, each move relative to where the last one ended: the shortest way to say it.
void append_row(std::string& path, const Modules& code, int width, int y) {
  auto at = std::back_inserter(path);
  int end = -1;  // where the last run of this row ended
  for (int x = 0; x < width;) {
    int length = 0;
    while (x + length < width && qrcodegen_getModule(code.data(), x + length, y)) ++length;
    if (length == 0) {
      ++x;
      continue;
    }
    if (end < 0) {
      fmt::format_to(at, FMT_COMPILE("M{},{}h{}"), x + kQuietZone, y + kQuietZone, length);
    } else {
      fmt::format_to(at, FMT_COMPILE("m{},0h{}"), x - end, length);
    }
    x += length;
    end = x;
  }
}

}  // namespace

Result<std::string> render_qr_data_uri(std::string_view text) {
  if (text.empty() || text.contains('\0')) return fail(ErrorCode::Malformed, "The text of a QR code is not valid.");
  if (text.size() > kMostBytes) return fail(ErrorCode::TooLarge, "The text of a QR code is too long.");
  Modules code{};
  Modules bytes{};  // in with the text, and the encoder's workspace after
  std::ranges::copy(text, bytes.begin());
  // The lowest level of correction makes the largest modules: a screen is not scratched.
  const bool is_made = qrcodegen_encodeBinary(bytes.data(), text.size(), code.data(), qrcodegen_Ecc_LOW,
                                              qrcodegen_VERSION_MIN, kLargest, kMask, true);
  if (!is_made) return fail(ErrorCode::Unavailable, "The QR code cannot be made.");
  const int width = qrcodegen_getSize(code.data());
  std::string path;
  for (int y = 0; y < width; ++y) append_row(path, code, width, y);
  // A stroke lies half above its line, so the view begins half a module higher. Escaped by hand, since a path needs no
  // escapes and base64 would be a third longer.
  return fmt::format(
      "data:image/svg+xml,%3Csvg%20xmlns=%27http://www.w3.org/2000/svg%27%20viewBox=%270%20-.5%20{0}%20{0}%27%20"
      "shape-rendering=%27crispEdges%27%3E%3Crect%20y=%27-.5%27%20width=%27{0}%27%20height=%27{0}%27%20"
      "fill=%27%23fff%27/%3E%3Cpath%20stroke=%27%23000%27%20d=%27{1}%27/%3E%3C/svg%3E",
      width + 2 * kQuietZone, path);
}

workflow::Link make_qr_link(std::string rel, std::string title, std::string text) {
  return {.rel = std::move(rel),
          .href = {},
          .title = std::move(title),
          .type = "image/svg+xml",
          .qr_code = std::move(text)};
}

void draw_qr_codes(workflow::Representation& page) {
  std::erase_if(page.links, [](workflow::Link& link) {
    if (link.qr_code.empty()) return false;
    auto picture = render_qr_data_uri(link.qr_code);
    if (picture) link.href = *std::move(picture);
    return !picture;
  });
}

}  // namespace signet::server::authn
