#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::http {
namespace {

using testing::ElementsAre;

TEST(Fields, AFieldThatStandsTwiceHasNoSingleValue) {
  Fields fields;
  fields.add("DPoP", "first");
  fields.add("dpop", "second");
  EXPECT_EQ(fields.get("DPoP"), "");
  EXPECT_EQ(fields.count("DPOP"), 2U);
  EXPECT_THAT(fields.all("dPoP"), ElementsAre("first", "second"));
}

TEST(Fields, TwoEqualValuesAreStillTwo) {
  Fields fields;
  fields.add("Authorization", "x");
  fields.add("Authorization", "x");
  EXPECT_EQ(fields.get("Authorization"), "");
}

TEST(Fields, NamesAreComparedWithoutCase) {
  Fields fields;
  fields.add("Content-Type", "text/html");
  EXPECT_EQ(fields.get("content-type"), "text/html");
  EXPECT_EQ(fields.get("content-typ"), "");
  EXPECT_EQ(fields.count("absent"), 0U);
}

TEST(Fields, SetReplacesEveryFieldOfThatName) {
  Fields fields;
  fields.add("X", "1");
  fields.add("Y", "2");
  fields.add("x", "3");
  fields.set("X", "4");
  EXPECT_THAT(fields.all("x"), ElementsAre("4"));
  EXPECT_EQ(fields.list().size(), 2U);
}

TEST(Request, ThePathEndsAtTheFirstQuestionMark) {
  Request request;
  request.target = "/token?a=b?c=d";
  EXPECT_EQ(request.path(), "/token");
  EXPECT_EQ(request.query(), "a=b?c=d");
  request.target = "/token";
  EXPECT_EQ(request.path(), "/token");
  EXPECT_EQ(request.query(), "");
  request.target = "/token?";
  EXPECT_EQ(request.query(), "");
}

TEST(MediaType, ParametersAndCaseAreDropped) {
  EXPECT_EQ(media_type("Application/JSON; charset=utf-8"), "application/json");
  EXPECT_EQ(media_type(" text/html ;q=1"), "text/html");
  EXPECT_EQ(media_type(""), "");
}

TEST(Accept, AWildcardOrAnEmptyFieldNamesNothing) {
  for (const auto accept : {"", "*/*", "application/*", "text/html", "application/jwt+x", "xapplication/jwt"}) {
    EXPECT_FALSE(accepts_explicitly(accept, "application/jwt")) << accept;
  }
}

// RFC9110-12.4.2
TEST(Accept, AWeightOfZeroRefuses) {
  for (const auto accept : {"application/jwt;q=0", "application/jwt; Q=0.000",
                            "application/jwt;q=", "application/jwt;q=x", "application/jwt;q=-1"}) {
    EXPECT_FALSE(accepts_explicitly(accept, "application/jwt")) << accept;
  }
}

TEST(Accept, TheTypeIsFoundAmongOthers) {
  for (const auto accept : {"application/jwt", "text/html, Application/JWT;q=0.5",
                            "a/b;q=0,application/jwt;x=y;q=0.001", "application/jwt;q=0, application/jwt"}) {
    EXPECT_TRUE(accepts_explicitly(accept, "application/jwt")) << accept;
  }
}

// RFC9110-12.5.1
TEST(Accept, TheGreaterWeightIsPreferred) {
  for (const auto accept : {"a/x", "a/x, text/html;q=0.9", "text/html;q=0.5, a/x;q=0.501", "text/html;q=0, a/x;q=0.1",
                            "A/X;v=1, text/html", "a/x, text/html, a/x;q=0.1", "a/x, */*"}) {
    EXPECT_TRUE(is_preferred(accept, "a/x", "text/html")) << accept;
  }
  for (const auto accept : {"", "*/*", "a/*", "text/html", "text/html, a/x", "a/x;q=0.9, text/html", "a/x;q=0",
                            "a/x;q=2, text/html;q=0.1", "a/x;q=0.5, text/html;q=0.501", "a/x;q=1.5", "a/x;q=.5"}) {
    EXPECT_FALSE(is_preferred(accept, "a/x", "text/html")) << accept;
  }
}

TEST(Response, AJsonResponseSaysWhatItIs) {
  const Response response = make_json_response(400, R"({"error":"invalid_request"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.fields.get("Content-Type"), "application/json");
  EXPECT_EQ(response.body, R"({"error":"invalid_request"})");
}

TEST(Response, EveryStatusOfTheHouseHasAPhrase) {
  for (const int status : {200, 201, 204, 302, 303, 400, 401, 403, 404, 405, 406, 413, 415, 429, 431, 500, 503}) {
    EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

}  // namespace
}  // namespace signet::http
