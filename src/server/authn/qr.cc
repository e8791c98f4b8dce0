#include "server/authn/qr.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

namespace signet::server::authn {
namespace {

constexpr std::size_t kMostBytes = 300;
constexpr int kQuietZone = 4;  // modules on each side (ISO/IEC 18004)

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

/// The dark runs of one row as strokes, each move relative to where the last one ended: the shortest way to say it.
void append_row(std::string& path, const unsigned char* row, int width, int y) {
  int end = -1;  // where the last run of this row ended
  for (int x = 0; x < width;) {
    int length = 0;
    while (x + length < width && (row[x + length] & 1) != 0) ++length;
    if (length == 0) {
      ++x;
      continue;
    }
    path += end < 0 ? fmt::format("M{},{}", x + kQuietZone, y + kQuietZone) : fmt::format("m{},0", x - end);
    path += fmt::format("h{}", length);
    x += length;
    end = x;
  }
}

}  // namespace

Result<std::string> render_qr_data_uri(std::string_view text) {
  if (text.empty() || text.contains('\0')) return fail(ErrorCode::Malformed, "The text of a QR code is not valid.");
  if (text.size() > kMostBytes) return fail(ErrorCode::TooLarge, "The text of a QR code is too long.");
  // The lowest level of correction makes the largest modules: a screen is not scratched.
  const std::unique_ptr<QRcode, Free> code(QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L));
  if (!code) return fail(ErrorCode::Unavailable, "The QR code cannot be made.");
  std::string path;
  for (int y = 0; y < code->width; ++y)
    append_row(path, code->data + static_cast<std::ptrdiff_t>(y) * code->width, code->width, y);
  // A stroke lies half above its line, so the view begins half a module higher. Escaped by hand, since a path needs no
  // escapes and base64 would be a third longer.
  return fmt::format(
      "data:image/svg+xml,%3Csvg%20xmlns=%27http://www.w3.org/2000/svg%27%20viewBox=%270%20-.5%20{0}%20{0}%27%20"
      "shape-rendering=%27crispEdges%27%3E%3Crect%20y=%27-.5%27%20width=%27{0}%27%20height=%27{0}%27%20"
      "fill=%27%23fff%27/%3E%3Cpath%20stroke=%27%23000%27%20d=%27{1}%27/%3E%3C/svg%3E",
      code->width + 2 * kQuietZone, path);
}

}  // namespace signet::server::authn
